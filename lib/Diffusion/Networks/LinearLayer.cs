using Diffusion.Devices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>y = W·x + b on the last dimension, computed in the type of the input, to which the weights are cast.</summary>
/// <remarks>Initialised as PyTorch does: weight and bias uniform in ±1/√in.</remarks>
public sealed class LinearLayer : nn.Module<Tensor, Tensor>
{
    readonly Parameter weight; // (out, in)
    readonly Parameter bias;   // (out)

    /// <summary>Builds the layer with parameters in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="inFeatures">Length of the input, at least 1.</param>
    /// <param name="outFeatures">Length of the output, at least 1.</param>
    public LinearLayer(long inFeatures, long outFeatures) : base(nameof(Linear))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outFeatures, 1);
        double bound = 1 / Math.Sqrt(inFeatures);
        weight = Initialization.Uniform(bound, outFeatures, inFeatures);
        bias = Initialization.Uniform(bound, outFeatures);
        RegisterComponents();
    }

    /// <summary>(…, in) → (…, out).</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return F.linear(x, weight.InType(x.dtype), bias.InType(x.dtype)).MoveToOuterDisposeScope();
    }
}
