using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>Mean and covariance of vectors of features, in float64 on the CPU: the Gaussian that the Fréchet distance takes them
/// for.</summary>
public sealed class GaussianFeatures : IDisposable
{
    /// <summary>A Gaussian by its moments.</summary>
    /// <param name="mean">μ (D).</param>
    /// <param name="covariance">Σ (D, D), symmetric and positive semidefinite.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a value is no number.</exception>
    public GaussianFeatures(Tensor mean, Tensor covariance)
    {
        if (mean.dim() != 1 || mean.shape[0] < 1 || !covariance.shape.SequenceEqual([mean.shape[0], mean.shape[0]]))
            throw new ArgumentException($"The mean has shape {TensorShape.Format(mean.shape)} and the covariance "
                + $"{TensorShape.Format(covariance.shape)}, expected (D) and (D, D).", nameof(covariance));
        using var scope = NewDisposeScope();
        Mean = mean.detach().to(CPU).to(ScalarType.Float64).clone();
        Covariance = covariance.detach().to(CPU).to(ScalarType.Float64).clone();
        if (!(Mean.isfinite().all() & Covariance.isfinite().all()).item<bool>())
            throw new ArgumentException("The moments hold values that are no numbers.", nameof(mean));
        Mean.MoveToOuterDisposeScope();
        Covariance.MoveToOuterDisposeScope();
    }

    /// <summary>μ, float64 (D).</summary>
    public Tensor Mean { get; }

    /// <summary>Σ, float64 (D, D).</summary>
    public Tensor Covariance { get; }

    /// <summary>The moments of some vectors; the covariance divides by Σw − Σw²/Σw, which is N − 1 where all count
    /// alike: of independent vectors it has no bias.</summary>
    /// <param name="features">(N, D), N ≥ 2, in any floating-point type, on any device.</param>
    /// <param name="weights">w (N), how much each vector counts: at least 0, more than one of them above it; null for all
    /// alike.</param>
    /// <exception cref="ArgumentException">They are not of this shape, or a value is no number.</exception>
    public static GaussianFeatures Of(Tensor features, Tensor? weights = null)
    {
        if (features.dim() != 2 || features.shape[0] < 2)
            throw new ArgumentException($"The features have shape {TensorShape.Format(features.shape)}, expected (N, D) with N at least 2: "
                + "one vector has no covariance.", nameof(features));
        using var scope = NewDisposeScope();
        long n = features.shape[0];
        if (weights is not null && !weights.shape.SequenceEqual([n]))
            throw new ArgumentException($"The weights have shape {TensorShape.Format(weights.shape)}, expected ({n}): one for each vector.",
                nameof(weights));
        Tensor exact = features.detach().to(CPU).to(ScalarType.Float64);
        Tensor w = (weights?.to(CPU).to(ScalarType.Float64) ?? ones(n, ScalarType.Float64, CPU)).unsqueeze(1), sum = w.sum();     // (N, 1)
        Tensor mean = (w * exact).sum([0L]) / sum, centred = exact - mean;
        var gaussian = new GaussianFeatures(mean, (w * centred).t().matmul(centred) / (sum - w.square().sum() / sum));
        gaussian.Mean.MoveToOuterDisposeScope();
        gaussian.Covariance.MoveToOuterDisposeScope();
        return gaussian;
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        Covariance.Dispose();
    }
}
