using static System.Math;

namespace Course.Evaluation;

/// <summary>
/// The largest gap between two distribution functions, for samples against a law or against each other, and what gap chance alone makes.
/// The critical values hold for continuous laws; with ties chance makes smaller gaps, so a test stays on the safe side.
/// </summary>
public static class KolmogorovSmirnov
{
    /// <summary>sup |F_n(x) − F(x)| over all x, from 0 to 1.</summary>
    /// <param name="samples">Independent draws, at least one.</param>
    /// <param name="cdf">F, continuous: for a normal law <c>Gaussian.Standard.Cdf</c>.</param>
    public static double Distance(IEnumerable<double> samples, Func<double, double> cdf)
    {
        double[] x = Sorted(samples);
        double n = x.Length, largest = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double F = cdf(x[i]);
            largest = Max(largest, Max((i + 1) / n - F, F - i / n));     // just after and just before the step of F_n at x
        }
        return largest;
    }

    /// <summary>sup |F_n(x) − G_m(x)| between two samples, from 0 to 1.</summary>
    public static double Distance(IEnumerable<double> a, IEnumerable<double> b)
    {
        double[] x = Sorted(a), y = Sorted(b);
        double largest = 0;
        for (int i = 0, j = 0; i < x.Length && j < y.Length;)
        {
            double here = Min(x[i], y[j]);
            while (i < x.Length && x[i] == here) i++;       // past all equal values of both before comparing: ties are one step
            while (j < y.Length && y[j] == here) j++;
            largest = Max(largest, Abs((double)i / x.Length - (double)j / y.Length));
        }
        return largest;
    }

    /// <summary>The distance that n draws from the right law exceed only with this probability.</summary>
    /// <param name="n">How many draws, at least 1.</param>
    /// <param name="significance">The probability of a false alarm, in (0, 1).</param>
    public static double CriticalValue(long n, double significance = 1e-4) => CriticalValueOf(n, significance);

    /// <summary>The distance that two samples of one law exceed only with this probability.</summary>
    /// <param name="n">Size of the first sample.</param>
    /// <param name="m">Size of the second sample.</param>
    /// <param name="significance">The probability of a false alarm, in (0, 1).</param>
    public static double CriticalValue(long n, long m, double significance) => CriticalValueOf((double)n * m / (n + m), significance);

    /// <summary>The probability that n draws from the right law lie at least this far from it.</summary>
    public static double PValue(double distance, long n) => Survival(distance * Effective(n));

    static double CriticalValueOf(double n, double significance)
    {
        if (!(n > 0)) throw new ArgumentOutOfRangeException(nameof(n), $"n is {n}, expected at least one sample.");
        if (!(significance > 0 && significance < 1))
            throw new ArgumentOutOfRangeException(nameof(significance), $"The significance is {significance}, expected a probability "
                + "strictly between 0 and 1.");
        double low = 0, high = 50;
        while (high - low > 1e-12)
        {
            double middle = (low + high) / 2;
            if (Survival(middle) > significance) low = middle; else high = middle;
        }
        return Min(1, high / Effective(n));
    }

    // Kolmogorov's law is that of √n·D for n → ∞; Stephens 1970 makes it good to a percent or so from n = 5 on by this in the place of √n.
    static double Effective(double n) => Sqrt(n) + 0.12 + 0.11 / Sqrt(n);

    // P(K > x) = 2·Σ (−1)^{k−1} exp(−2k²x²); below 0.2 it is 1 to 10⁻¹² while the series would need ever more terms.
    static double Survival(double x)
    {
        if (x < 0.2) return 1;
        double sum = 0;
        for (int k = 1; k <= 100; k++) sum += (k % 2 == 1 ? 2 : -2) * Exp(-2.0 * k * k * x * x);
        return Clamp(sum, 0, 1);
    }

    static double[] Sorted(IEnumerable<double> samples)
    {
        double[] x = [.. Statistics.Values(samples)];
        Array.Sort(x);
        return double.IsNaN(x[0]) ? throw new ArgumentException("The samples contain NaN, expected numbers.", nameof(samples)) : x;
    }
}
