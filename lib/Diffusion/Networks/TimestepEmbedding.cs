using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>What the network makes of the sinusoid: linear → SiLU → linear. Every residual block then takes its own view of it.</summary>
public sealed class TimestepEmbedding : nn.Module<Tensor, Tensor>
{
    readonly LinearLayer linear_1;
    readonly SiLU act = nn.SiLU();
    readonly LinearLayer linear_2;

    /// <summary>Builds the two layers.</summary>
    /// <param name="inFeatures">Length of the sinusoid.</param>
    /// <param name="timeChannels">Length of the embedding.</param>
    public TimestepEmbedding(long inFeatures, long timeChannels) : base(nameof(TimestepEmbedding))
    {
        linear_1 = new LinearLayer(inFeatures, timeChannels);
        linear_2 = new LinearLayer(timeChannels, timeChannels);
        RegisterComponents();
    }

    /// <summary>(B, in) → (B, time channels).</summary>
    public override Tensor forward(Tensor sinusoid)
    {
        using var scope = NewDisposeScope();
        return linear_2.call(act.call(linear_1.call(sinusoid))).MoveToOuterDisposeScope();
    }
}
