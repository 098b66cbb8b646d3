using Diffusion.Parameterizations;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>
/// A network that looks at noisy data and at the time: ε_θ(x_t, t) of Ho, Jain &amp; Abbeel 2020, where it says which noise is in them. It
/// may have learned to say x₀ or v in its place (<see cref="Parameterization"/>); <see cref="Prediction"/> converts.
/// </summary>
/// <remarks>
/// This is the one place where two ways of counting time meet. The workbook counts as the paper does, t = 1 … T, with x₀ the clean data.
/// Networks on disk (diffusers) count 0 … T−1, so what <c>forward</c> takes is t − 1. Everything in the workbook calls <see
/// cref="Predict(Tensor, Tensor)"/>.
/// </remarks>
public abstract class Denoiser(string name) : nn.Module<Tensor, Tensor, Tensor>(name)
{
    /// <summary>What the network says of x_t, with a time for each item.</summary>
    /// <param name="x">x_t (B, …).</param>
    /// <param name="t">int64 (B), every entry from 1 to T.</param>
    /// <returns>ε̂, x̂₀ or v̂ (B, …), owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A t on the CPU is below 1; on a GPU looking would stall the queue.</exception>
    public Tensor Predict(Tensor x, Tensor t) => Predict(x, t, labels: null);

    /// <summary>The same of a network that is told what to draw, ε_θ(x_t, t, y).</summary>
    /// <param name="x">x_t (B, …).</param>
    /// <param name="t">int64 (B), every entry from 1 to T.</param>
    /// <param name="labels">y, int64 (B): the class of each item, from 0; null for a network without classes.</param>
    /// <returns>ε̂, x̂₀ or v̂ (B, …), owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A t on the CPU is below 1, or a class is out of range; on a GPU looking would stall
    /// the queue.</exception>
    /// <exception cref="ArgumentException">The network knows classes and got none, or the reverse.</exception>
    public Tensor Predict(Tensor x, Tensor t, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        if (t.device.type == DeviceType.CPU && t.numel() > 0 && t.min().to(ScalarType.Int64).item<long>() is < 1 and var least)
            throw new ArgumentOutOfRangeException(nameof(t), $"t is {least}, expected 1 to T: x₀ is clean, there is nothing to predict.");
        return (labels is null ? call(x, t - 1) : Conditioned(x, t - 1, labels)).MoveToOuterDisposeScope();
    }

    /// <summary>The same with one time for the whole batch, as sampling needs it.</summary>
    /// <param name="x">x_t (B, …).</param>
    /// <param name="t">1 to T.</param>
    public Tensor Predict(Tensor x, int t)
    {
        using Tensor all = full([x.shape[0]], (long)t, dtype: ScalarType.Int64, device: x.device);
        return Predict(x, all);
    }

    /// <summary>What <c>forward</c> gives, told the classes too; t is counted from 0.</summary>
    public virtual Tensor Conditioned(Tensor x, Tensor t, Tensor labels) =>
        throw new ArgumentException($"This {GetName()} knows no classes, expected no labels.", nameof(labels));

    /// <summary>A network of the same kind with the same numbers in parameters of its own.</summary>
    public Denoiser Copy()
    {
        Denoiser copy = Initialization.LeftBlank(Alike);
        using var noGraph = no_grad();
        foreach (var (mine, its) in parameters().Zip(copy.parameters())) its.copy_(mine);
        return copy;
    }

    /// <summary>A new network of the same shape; its numbers are of no account.</summary>
    protected abstract Denoiser Alike();
}
