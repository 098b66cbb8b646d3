using Diffusion.Devices;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>
/// Group normalisation (Wu &amp; He 2018, arXiv 1803.08494): within each image the channels of a group are brought to mean 0 and variance 1
/// together, then each channel gets a scale and a shift of its own. Computed in the type of the input, to which the weights are cast.
/// </summary>
public sealed class GroupNormLayer : nn.Module<Tensor, Tensor>
{
    readonly Parameter weight; // (C), starts at 1
    readonly Parameter bias;   // (C), starts at 0
    readonly long groups;
    readonly double eps;

    /// <summary>Builds the layer with parameters in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="groups">Number of groups; must divide <paramref name="channels"/>.</param>
    /// <param name="channels">Channels C of the input.</param>
    /// <param name="eps">Added to the variance before the root.</param>
    public GroupNormLayer(long groups, long channels, double eps = 1e-5) : base(nameof(GroupNormLayer))
    {
        if (groups < 1 || channels < 1 || channels % groups != 0)
            throw new ArgumentException($"{groups} groups do not divide {channels} channels evenly.", nameof(groups));
        (this.groups, this.eps) = (groups, eps);
        weight = Initialization.Constant(1, channels);
        bias = Initialization.Constant(0, channels);
        RegisterComponents();
    }

    /// <summary>(B, C, …) → the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return F.group_norm(x, groups, weight.InType(x.dtype), bias.InType(x.dtype), eps).MoveToOuterDisposeScope();
    }
}
