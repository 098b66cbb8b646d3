using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>The bottom of the U, where the image is smallest: residual block, attention, residual block.</summary>
public sealed class UNetMidBlock2D : nn.Module<Tensor, Tensor, Tensor>
{
    readonly ModuleList<Attention> attentions; // one, or none
    readonly ModuleList<ResnetBlock2D> resnets;

    /// <summary>Builds the middle.</summary>
    /// <param name="channels">Width of the last level.</param>
    /// <param name="config">Whether there is attention, the scale factor, and everything else.</param>
    public UNetMidBlock2D(long channels, UNetConfig config) : base(nameof(UNetMidBlock2D))
    {
        double scale = config.MidBlockScaleFactor;
        attentions = config.AddAttention ? [new Attention(channels, config.MidAttentionGroups, config, scale)] : [];
        resnets = [new ResnetBlock2D(channels, channels, config, scale), new ResnetBlock2D(channels, channels, config, scale)];
        RegisterComponents();
    }

    /// <summary>(B, C, H, W) and the time embedding → the same shape.</summary>
    public override Tensor forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        x = resnets[0].call(x, time);
        if (attentions.Count > 0) x = attentions[0].call(x);
        return resnets[1].call(x, time).MoveToOuterDisposeScope();
    }
}
