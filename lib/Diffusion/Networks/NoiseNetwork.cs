using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>A network that looks at noisy data and at the time and says which noise is in it: ε_θ(x_t, t) of Ho, Jain &amp; Abbeel 2020.</summary>
/// <remarks>
/// This is the one place where two ways of counting time meet. The workbook counts as the paper does, t = 1 … T, with x₀ the clean data. Networks
/// on disk (diffusers) count 0 … T−1, so what <c>forward</c> takes is t − 1. Everything in the workbook calls <see cref="PredictNoise(Tensor, Tensor)"/>.
/// </remarks>
public abstract class NoiseNetwork(string name) : nn.Module<Tensor, Tensor, Tensor>(name)
{
    /// <summary>ε_θ(x_t, t) with a time for each item.</summary>
    /// <param name="x">x_t (B, …).</param>
    /// <param name="t">int64 (B), every entry from 1 to T.</param>
    /// <returns>The predicted noise (B, …), owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A t on the CPU is below 1; on a GPU looking would stall the queue.</exception>
    public Tensor PredictNoise(Tensor x, Tensor t)
    {
        using var scope = NewDisposeScope();
        if (t.device.type == DeviceType.CPU && t.numel() > 0 && t.min().to(ScalarType.Int64).item<long>() is < 1 and var least)
            throw new ArgumentOutOfRangeException(nameof(t), $"t is {least}, expected 1 to T: x₀ is clean, there is no noise to predict.");
        return call(x, t - 1).MoveToOuterDisposeScope();
    }

    /// <summary>The same with one time for the whole batch, as sampling needs it.</summary>
    /// <param name="x">x_t (B, …).</param>
    /// <param name="t">1 to T.</param>
    public Tensor PredictNoise(Tensor x, int t)
    {
        using Tensor all = full([x.shape[0]], (long)t, dtype: ScalarType.Int64, device: x.device);
        return PredictNoise(x, all);
    }

    /// <summary>A network of the same kind with the same numbers in parameters of its own.</summary>
    public NoiseNetwork Copy()
    {
        NoiseNetwork copy = Parameters.LeftBlank(Alike);
        using var noGraph = no_grad();
        foreach (var (mine, its) in parameters().Zip(copy.parameters())) its.copy_(mine);
        return copy;
    }

    /// <summary>A new network of the same shape; its numbers are of no account.</summary>
    protected abstract NoiseNetwork Alike();
}
