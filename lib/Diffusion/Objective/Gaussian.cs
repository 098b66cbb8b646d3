using Diffusion.Devices;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Objective;

/// <summary>A normal law on the line, in float64. Logarithms are natural, so divergences are in nats.</summary>
public sealed record Gaussian
{
    Gaussian(double mean, double variance) => (Mean, Variance) = (mean, variance);

    /// <summary>N(0, 1).</summary>
    public static Gaussian Standard { get; } = new(0, 1);

    /// <summary>μ.</summary>
    public double Mean { get; }

    /// <summary>σ², greater than 0.</summary>
    public double Variance { get; }

    /// <summary>σ.</summary>
    public double StandardDeviation => Sqrt(Variance);

    /// <summary>N(μ, σ²) from μ and σ², as papers write it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not finite or the variance not a finite number above 0.</exception>
    public static Gaussian WithMeanVariance(double mean, double variance)
    {
        if (!double.IsFinite(mean)) throw new ArgumentOutOfRangeException(nameof(mean), $"The mean is {mean}, expected a finite number.");
        if (!(variance > 0 && double.IsFinite(variance)))
            throw new ArgumentOutOfRangeException(nameof(variance), $"The variance is {variance}, expected a finite number above 0.");
        return new(mean, variance);
    }

    /// <summary>N(μ, σ²) from μ and σ.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not finite or the standard deviation not a finite number above
    /// 0.</exception>
    public static Gaussian WithMeanStandardDeviation(double mean, double standardDeviation)
    {
        if (!(standardDeviation > 0 && double.IsFinite(standardDeviation)))
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), $"The standard deviation is {standardDeviation}, expected "
                + "a finite number above 0.");
        return WithMeanVariance(mean, standardDeviation * standardDeviation);
    }

    /// <summary>The probability density at x, exp(−(x−μ)²/2σ²)/√(2πσ²).</summary>
    public double Density(double x) => Exp(LogDensity(x));

    /// <summary>ln of the density at x; finite in tails where the density itself is 0 in float64.</summary>
    public double LogDensity(double x) => -0.5 * ((x - Mean) * (x - Mean) / Variance + Log(2 * PI * Variance));

    /// <summary>The probability of a value up to x.</summary>
    public double Cdf(double x) => 0.5 * MathNet.Numerics.SpecialFunctions.Erfc((Mean - x) / Sqrt(2 * Variance));

    /// <summary>n draws μ + σε, float32 on <see cref="Compute.Device"/>, owned by the caller.</summary>
    public Tensor Sample(long n)
    {
        using var scope = NewDisposeScope();
        return randn(n, device: Compute.Device).mul_(StandardDeviation).add_(Mean).MoveToOuterDisposeScope();
    }

    /// <summary>KL(p ‖ q) = ½·(ln(σ_q²/σ_p²) + (σ_p² + (μ_p − μ_q)²)/σ_q² − 1) in nats: 0 only when both are the same, else positive, and
    /// not symmetric.</summary>
    public static double KullbackLeibler(Gaussian p, Gaussian q) =>
        0.5 * (Log(q.Variance / p.Variance) + (p.Variance + Pow(p.Mean - q.Mean, 2)) / q.Variance - 1);
}
