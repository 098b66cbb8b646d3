using Diffusion.Devices;
using static System.Math;

namespace Course.Evaluation;

/// <summary>
/// Moments with their standard errors, and a straight line through the origin. Sums run in float64, in two passes, so 10⁷ float32 values
/// lose nothing. A tensor's values come in by <see cref="TensorExtensions.ToDoubles"/>: <c>Statistics.Mean(x.ToDoubles())</c>.
/// </summary>
public static class Statistics
{
    /// <summary>The mean with its standard error s/√n; NaN as standard error when n = 1.</summary>
    /// <param name="samples">Independent draws, at least one.</param>
    public static Estimate Mean(IEnumerable<double> samples)
    {
        double[] x = Values(samples);
        var (mean, m2, _) = CentralMoments(x);
        return new(mean, Sqrt(m2 / (x.Length - 1)));        // s²/n with s² = m2·n/(n−1)
    }

    /// <summary>The unbiased variance s² with its standard error √((m₄ − s⁴·(n−3)/(n−1))/n), which holds for any law with a fourth
    /// moment.</summary>
    /// <param name="samples">Independent draws, at least two; one gives NaN.</param>
    public static Estimate Variance(IEnumerable<double> samples)
    {
        double[] x = Values(samples);
        double n = x.Length;
        var (_, m2, m4) = CentralMoments(x);
        double variance = m2 * n / (n - 1);
        return new(variance, Sqrt(Max(0, m4 - variance * variance * (n - 3) / (n - 1)) / n));
    }

    /// <summary>The shares p that a counted share does not contradict, Wilson 1927: those with |share − p| ≤ z·√(p(1 − p)/n). Right near 0
    /// and 1, too, where share ± z·√(share·(1 − share)/n) leaves no doubt.</summary>
    /// <param name="share">What was counted, 0 to 1.</param>
    /// <param name="n">Out of how many, at least 1.</param>
    /// <param name="z">Standard errors; 1.96 for an interval that holds p 95 times in 100.</param>
    public static (double Low, double High) Wilson(double share, long n, double z = 1.96)
    {
        double extra = z * z / n, middle = share + extra / 2, half = Sqrt(extra * share * (1 - share) + extra * extra / 4);
        return ((middle - half) / (1 + extra), (middle + half) / (1 + extra));
    }

    /// <summary>The slope a of y = a·x by least squares through the origin, Σxy/Σx².</summary>
    public static double SlopeThroughOrigin(IEnumerable<double> xs, IEnumerable<double> ys)
    {
        var pairs = xs.Zip(ys).ToList();
        return pairs.Sum(pair => pair.First * pair.Second) / pairs.Sum(pair => pair.First * pair.First);
    }

    /// <summary>
    /// How far the law of a normalised sum S_n/(σ√n) of independent centred kicks can be from N(0, 1): the Kolmogorov distance is at most
    /// 0.4748·E|k|³/(σ³√n). Berry 1941, Esseen 1942; the constant is Shevtsova's (2011). +∞ for kicks without a third moment: then it
    /// promises nothing.
    /// </summary>
    /// <param name="thirdAbsoluteMoment">E|k|³.</param>
    /// <param name="standardDeviation">σ of one kick.</param>
    /// <param name="n">How many kicks are summed.</param>
    public static double BerryEsseenBound(double thirdAbsoluteMoment, double standardDeviation, long n) =>
        double.IsInfinity(thirdAbsoluteMoment) ? double.PositiveInfinity
            : 0.4748 * thirdAbsoluteMoment / (Pow(standardDeviation, 3) * Sqrt(n));

    internal static double[] Values(IEnumerable<double> samples)
    {
        double[] x = samples as double[] ?? [.. samples];
        return x.Length > 0 ? x : throw new ArgumentException("There are no samples, expected at least one.", nameof(samples));
    }

    static (double Mean, double M2, double M4) CentralMoments(double[] x)
    {
        double mean = 0, m2 = 0, m4 = 0;
        foreach (double value in x) mean += value;
        mean /= x.Length;
        foreach (double value in x)
        {
            double square = (value - mean) * (value - mean);
            m2 += square;
            m4 += square * square;
        }
        return (mean, m2 / x.Length, m4 / x.Length);
    }
}
