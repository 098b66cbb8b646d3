using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>Halves height and width by a 3×3 convolution that takes every second step.</summary>
public sealed class Downsample2D : nn.Module<Tensor, Tensor>
{
    readonly ConvolutionLayer conv;
    readonly bool padsRightAndBelow;

    /// <summary>Builds the layer.</summary>
    /// <param name="channels">Channels of the input and of the output.</param>
    /// <param name="padding">1 pads every side; 0 only the right and the lower one, as the TensorFlow code of the paper did.</param>
    public Downsample2D(long channels, int padding) : base(nameof(Downsample2D))
    {
        padsRightAndBelow = padding == 0;
        conv = new ConvolutionLayer(channels, channels, kernelSize: 3, stride: 2, padding: padding);
        RegisterComponents();
    }

    /// <summary>The same without anything to learn: every two by two pixels become their mean.</summary>
    internal static Tensor Mean(Tensor x) => F.avg_pool2d(x, 2);

    /// <summary>(B, C, H, W) → (B, C, H/2, W/2).</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return conv.call(padsRightAndBelow ? F.pad(x, [0, 1, 0, 1]) : x).MoveToOuterDisposeScope();
    }
}
