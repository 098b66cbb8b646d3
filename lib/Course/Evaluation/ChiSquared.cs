using MathNet.Numerics;

namespace Course.Evaluation;

/// <summary>Pearson's χ² test: do counts in bins come from the claimed law?</summary>
/// <param name="Statistic">Σ (observed − expected)²/expected over the pooled bins.</param>
/// <param name="DegreesOfFreedom">Pooled bins − 1 − fitted parameters.</param>
public sealed record ChiSquared(double Statistic, int DegreesOfFreedom)
{
    /// <summary>The fewest counts a bin must expect for the χ² law to hold well; smaller bins are pooled until they do.</summary>
    public const double SmallestExpectedCount = 5;

    /// <summary>The probability that the right law gives at least this statistic.</summary>
    public double PValue => SpecialFunctions.GammaUpperRegularized(DegreesOfFreedom / 2.0, Statistic / 2);

    /// <summary>The statistic that the right law exceeds only with this probability.</summary>
    /// <param name="significance">The probability of a false alarm, in (0, 1).</param>
    public double CriticalValue(double significance = 1e-4) =>
        significance is > 0 and < 1 ? MathNet.Numerics.Distributions.ChiSquared.InvCDF(DegreesOfFreedom, 1 - significance)
        : throw new ArgumentOutOfRangeException(nameof(significance), $"The significance is {significance}, expected a probability "
            + "strictly between 0 and 1.");

    /// <summary>Tests counts against the counts the law expects; bins that expect fewer than <see cref="SmallestExpectedCount"/> are pooled
    /// in order.</summary>
    /// <param name="observed">Counts.</param>
    /// <param name="expected">Expected counts, not negative, of the same number and the same total (to one part in 10⁶).</param>
    /// <param name="fitted">How many parameters of the law were estimated from these counts.</param>
    public static ChiSquared Test(IEnumerable<double> observed, IEnumerable<double> expected, int fitted = 0)
    {
        double[] o = [.. observed], e = [.. expected];
        if (o.Length != e.Length)
            throw new ArgumentException($"There are {o.Length} observed and {e.Length} expected counts: both must "
                + "speak of the same bins.", nameof(expected));
        double total = o.Sum(), claimed = e.Sum();
        if (!(Math.Abs(total - claimed) <= 1e-6 * total) || e.Min() < 0)
            throw new ArgumentException($"The expected counts sum to {claimed:G9} and the observed to {total:G9}: multiply probabilities "
                + "that sum to 1 by the number of samples.", nameof(expected));

        var bins = new List<(double Observed, double Expected)>();
        (double Observed, double Expected) pool = (0, 0);
        for (int i = 0; i < o.Length; i++)
        {
            if (e[i] >= SmallestExpectedCount) bins.Add((o[i], e[i]));
            else pool = (pool.Observed + o[i], pool.Expected + e[i]);
            if (pool.Expected < SmallestExpectedCount) continue;
            bins.Add(pool);
            pool = (0, 0);
        }
        if (pool != (0, 0) && bins.Count > 0) bins[^1] = (bins[^1].Observed + pool.Observed, bins[^1].Expected + pool.Expected);
        int freedom = bins.Count - 1 - fitted;
        if (freedom < 1)
            throw new ArgumentException($"Only {bins.Count} bins expect {SmallestExpectedCount} counts or more: a test needs at least "
                + $"{2 + fitted}. Take more samples or fewer bins.", nameof(expected));
        return new(bins.Sum(bin => (bin.Observed - bin.Expected) * (bin.Observed - bin.Expected) / bin.Expected), freedom);
    }

    /// <summary>The same for grids of counts, such as the ink drop's.</summary>
    public static ChiSquared Test(double[,] observed, double[,] expected, int fitted = 0) =>
        Test(observed.Cast<double>(), expected.Cast<double>(), fitted);
}
