using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Objective;

/// <summary>
/// Normal laws in d dimensions whose coordinates are independent, for a batch at once. Means and variances broadcast against the batch: a
/// tensor of its shape, one for every coordinate, or a plain number. Gradients flow through. Everything is in nats.
/// </summary>
/// <remarks>The arithmetic is done in the tensors' own type; give float64 where a sum over many coordinates must be exact.</remarks>
public static class DiagonalGaussian
{
    /// <summary>ln N(x; μ, diag σ²) of every item, summed over all dimensions but the first.</summary>
    /// <param name="x">The batch (B, …).</param>
    /// <param name="mean">μ, broadcastable to (B, …).</param>
    /// <param name="variance">σ² &gt; 0, broadcastable to (B, …).</param>
    /// <returns>(B), owned by the caller.</returns>
    public static Tensor LogDensity(Tensor x, Tensor mean, Tensor variance)
    {
        using var scope = NewDisposeScope();
        return PerItem(-0.5 * ((x - mean).square() / variance + log(2 * PI * variance)), x).MoveToOuterDisposeScope();
    }

    /// <summary>KL(p ‖ q) = ½·Σ (ln(σ_q²/σ_p²) + (σ_p² + (μ_p − μ_q)²)/σ_q² − 1) of every item, summed over all dimensions but the
    /// first.</summary>
    /// <param name="meanP">μ_p (B, …), which gives the batch its shape.</param>
    /// <param name="varianceP">σ_p² &gt; 0, broadcastable to (B, …).</param>
    /// <param name="meanQ">μ_q, broadcastable to (B, …).</param>
    /// <param name="varianceQ">σ_q² &gt; 0, broadcastable to (B, …).</param>
    /// <returns>(B), owned by the caller.</returns>
    public static Tensor KullbackLeibler(Tensor meanP, Tensor varianceP, Tensor meanQ, Tensor varianceQ)
    {
        using var scope = NewDisposeScope();
        Tensor each = 0.5 * (log(varianceQ / varianceP) + (varianceP + (meanP - meanQ).square()) / varianceQ - 1);
        return PerItem(each, meanP).MoveToOuterDisposeScope();
    }

    // Sums what belongs to one item; expanding first counts a shared (B, 1, …) or plain-number term once for every coordinate.
    internal static Tensor PerItem(Tensor terms, Tensor batch) =>
        batch.dim() < 1
            ? throw new ArgumentException("The batch is a single number, expected a first dimension that counts the items.", nameof(batch))
            : terms.expand(batch.shape).reshape(batch.shape[0], -1).sum(1);
}
