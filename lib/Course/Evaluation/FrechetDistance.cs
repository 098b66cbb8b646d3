using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>
/// How far two clouds of features lie apart, each taken for a Gaussian: the squared Wasserstein-2 distance of Dowson &amp; Landau 1982,
/// without its root, as Heusel et al. 2017 (the FID) quote it.
/// <code>
/// d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2·(Σ₁^½ Σ₂ Σ₁^½)^½)
/// </code>
/// </summary>
/// <remarks>
/// Few samples lie too far from anything: even two halves of the same data are d² ≈ c/N apart. Compare numbers of equal N, and have the
/// distance of N real samples beside them.
/// </remarks>
public static class FrechetDistance
{
    const int Parts = 10;

    /// <summary>d² of two clouds of vectors.</summary>
    /// <param name="a">(N, D), N ≥ 2.</param>
    /// <param name="b">(M, D), M ≥ 2.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a value is no number.</exception>
    public static double Between(Tensor a, Tensor b)
    {
        using GaussianFeatures aim = GaussianFeatures.Of(b);
        return Between(a, aim);
    }

    /// <summary>d² of a cloud to a Gaussian.</summary>
    /// <param name="features">(N, D), N ≥ 2.</param>
    /// <param name="aim">The Gaussian, of D dimensions.</param>
    /// <param name="weights">How much each vector counts, as in <see cref="GaussianFeatures.Of"/>; null for all alike.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a value is no number.</exception>
    public static double Between(Tensor features, GaussianFeatures aim, Tensor? weights = null)
    {
        using GaussianFeatures found = GaussianFeatures.Of(features, weights);
        return Between(found, aim);
    }

    /// <summary>
    /// d² of a cloud to a Gaussian, with the standard error that its own samples give it, by the jackknife (Efron &amp; Stein 1981): d²
    /// again without each tenth of them, chosen by lot, and √(0.9·Σ (d²₋ⱼ − mean)²). It says how far N other samples would move d², not
    /// that few samples make d² too large; and where d² is chance alone, it is √2 times too large itself.
    /// </summary>
    /// <param name="features">Independent samples, (N, D); below N = 20 the standard error is NaN.</param>
    /// <param name="aim">The Gaussian, of D dimensions.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a value is no number.</exception>
    public static Estimate Estimated(Tensor features, GaussianFeatures aim)
    {
        using var scope = NewDisposeScope();
        double whole = Between(features, aim);
        long n = features.shape[0];
        if (n < 2 * Parts) return new(whole, double.NaN);
        using var lots = new Generator(0, CPU);         // its own: the reader's seed stays untouched
        Tensor part = randperm(n, device: CPU, generator: lots).remainder(Parts).to(features.device);
        double[] without = [.. Enumerable.Range(0, Parts).Select(j => Between(features[part != j], aim))];
        return new(whole, Math.Sqrt((Parts - 1.0) / Parts * without.Sum(one => Math.Pow(one - without.Average(), 2))));
    }

    /// <summary>d² of two Gaussians.</summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other, of as many dimensions.</param>
    /// <returns>At least 0, but for rounding.</returns>
    /// <exception cref="ArgumentException">They have different numbers of dimensions.</exception>
    public static double Between(GaussianFeatures a, GaussianFeatures b)
    {
        if (a.Mean.shape[0] != b.Mean.shape[0])
            throw new ArgumentException($"One has {a.Mean.shape[0]} features and the other {b.Mean.shape[0]}, "
                + "expected the same number.", nameof(b));
        using var scope = NewDisposeScope();
        Tensor root = SquareRoot(a.Covariance), product = root.matmul(b.Covariance).matmul(root);       // (D, D)
        // The trace of a symmetric matrix's root is the sum of the roots of its eigenvalues; those that are 0 may have been rounded below
        // it.
        Tensor shared = linalg.eigvalsh((product + product.t()) / 2).clamp_min(0).sqrt().sum();
        return ((a.Mean - b.Mean).square().sum() + a.Covariance.trace() + b.Covariance.trace() - 2 * shared).item<double>();
    }

    // V·√λ·Vᵀ of a symmetric matrix V·λ·Vᵀ.
    static Tensor SquareRoot(Tensor symmetric)
    {
        (Tensor λ, Tensor v) = linalg.eigh(symmetric);
        return (v * λ.clamp_min(0).sqrt()).matmul(v.t());
    }
}
