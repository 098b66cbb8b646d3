using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>Doubles height and width: every pixel four times, smoothed by a 3×3 convolution.</summary>
public sealed class Upsample2D : nn.Module<Tensor, Tensor>
{
    readonly ConvolutionLayer conv;

    /// <summary>Builds the layer.</summary>
    /// <param name="channels">Channels of the input and of the output.</param>
    public Upsample2D(long channels) : base(nameof(Upsample2D))
    {
        conv = new ConvolutionLayer(channels, channels, kernelSize: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>The same without anything to learn: every pixel four times.</summary>
    internal static Tensor Repeat(Tensor x) => F.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);

    /// <summary>(B, C, H, W) → (B, C, 2H, 2W).</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return conv.call(Repeat(x)).MoveToOuterDisposeScope();
    }
}
