using Diffusion.Devices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>A two-dimensional convolution whose result and gradients are right on every machine, for every channel count and
/// type.</summary>
/// <remarks>
/// On machines whose CPU reports no cache sizes (many virtual machines) oneDNN computes some convolutions wrongly, without an error.
/// Measured against float64 here and in the tests: every case is right where both channel counts are multiples of 32, in float32 and
/// bfloat16; with other counts the forward or the input gradient can be garbage or NaN, in either memory layout. So on the CPU the
/// channels are padded with zeros to a multiple of 32 and the result is cut back: in a U-Net that touches the first and the last layer.
/// <see cref="ConvolutionSelfCheck"/> guards this rule once a process.
/// Initialised as PyTorch does: weight and bias uniform in ±1/√(in·k²).
/// </remarks>
public sealed class ConvolutionLayer : nn.Module<Tensor, Tensor>
{
    const long SafeMultiple = 32;

    readonly Parameter weight; // (out, in, k, k)
    readonly Parameter bias;   // (out)
    readonly long stride, padding;

    /// <summary>Builds the layer with parameters in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="inChannels">Channels of the input, at least 1.</param>
    /// <param name="outChannels">Channels of the output, at least 1.</param>
    /// <param name="kernelSize">Height and width k of the kernel, at least 1.</param>
    /// <param name="stride">Step of the kernel, at least 1.</param>
    /// <param name="padding">Zeros added on each side, at least 0.</param>
    public ConvolutionLayer(long inChannels, long outChannels, long kernelSize, long stride = 1, long padding = 0)
        : base(nameof(ConvolutionLayer))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ConvolutionSelfCheck.EnsureRun();

        (this.stride, this.padding) = (stride, padding);
        double bound = 1 / Math.Sqrt(inChannels * kernelSize * kernelSize);
        weight = Initialization.Uniform(bound, outChannels, inChannels, kernelSize, kernelSize);
        bias = Initialization.Uniform(bound, outChannels);
        RegisterComponents();
    }

    /// <summary>The type the parameters are kept in.</summary>
    internal ScalarType Type => weight.dtype;

    /// <summary>(B, in, H, W) → (B, out, ⌊(H + 2·padding − k)/stride⌋ + 1, …), in the type of the input; the weights are cast to
    /// it.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Apply(x, weight.InType(x.dtype), bias.InType(x.dtype), stride, padding).MoveToOuterDisposeScope();
    }

    internal static Tensor Apply(Tensor x, Tensor weight, Tensor bias, long stride, long padding)
    {
        long outChannels = weight.shape[0];
        if (x.device.type == DeviceType.CPU && x.dtype != ScalarType.Float64)
        {
            long moreIn = Missing(weight.shape[1]), moreOut = Missing(outChannels);
            if (moreIn > 0) x = F.pad(x, [0, 0, 0, 0, 0, moreIn]);
            if (moreIn + moreOut > 0) weight = F.pad(weight, [0, 0, 0, 0, 0, moreIn, 0, moreOut]);
            if (moreOut > 0) bias = F.pad(bias, [0, moreOut]);
        }
        Tensor y = F.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding, padding]);
        return y.shape[1] == outChannels ? y : y.narrow(1, 0, outChannels).contiguous();
    }

    static long Missing(long channels) => (SafeMultiple - channels % SafeMultiple) % SafeMultiple;
}
