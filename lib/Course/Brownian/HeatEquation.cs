using static System.Math;

namespace Course.Brownian;

/// <summary>
/// The exact spreading between two walls, ∂p/∂t = D·∂²p/∂x² on [0, L] with nothing passing the walls, for a start that is a normal law of
/// mean x₀ and standard deviation s whose tails the walls have folded back. By reflection that start is a point that has already spread for
/// the time s²/2D, so p(x, t) = 1/L + 2/L·Σ_{n≥1} cos(nπx₀/L)·exp(−(nπ/L)²·(s²/2 + Dt))·cos(nπx/L).
/// In a rectangle both coordinates spread independently: the density is the product.
/// </summary>
public static class HeatEquation
{
    /// <summary>p(x, t), probability per length. Needs s²/2 + Dt &gt; 0: a point has no density.</summary>
    /// <param name="x">0 to L.</param>
    /// <param name="length">L &gt; 0.</param>
    /// <param name="start">x₀, 0 to L.</param>
    /// <param name="spread">s ≥ 0.</param>
    /// <param name="D">Diffusion constant.</param>
    /// <param name="time">t ≥ 0.</param>
    public static double Density(double x, double length, double start, double spread, double D, double time) =>
        (1 + 2 * Terms(length, start, spread, D, time).Select((term, i) => term * Cos((i + 1) * PI * x / length)).Sum()) / length;

    /// <summary>The probability of each of equal bins between the walls, the series integrated term by term (not a value in the middle
    /// times the width). They sum to 1.</summary>
    /// <param name="bins">How many bins, at least 1.</param>
    /// <param name="length">L &gt; 0.</param>
    /// <param name="start">x₀, 0 to L.</param>
    /// <param name="spread">s ≥ 0.</param>
    /// <param name="D">Diffusion constant.</param>
    /// <param name="time">t ≥ 0.</param>
    public static double[] BinProbabilities(int bins, double length, double start, double spread, double D, double time)
    {
        if (bins < 1) throw new ArgumentOutOfRangeException(nameof(bins), $"bins is {bins}, expected at least 1.");
        double[] terms = Terms(length, start, spread, D, time);
        double[] upTo = [.. Enumerable.Range(0, bins + 1).Select(edge =>        // the probability left of every edge
            (double)edge / bins + terms.Select((term, i) => 2 / ((i + 1) * PI) * term * Sin((i + 1) * PI * edge / bins)).Sum())];
        // rounding may leave −10⁻¹⁷ in empty bins
        return [.. Enumerable.Range(0, bins).Select(bin => Max(0, upTo[bin + 1] - upTo[bin]))];
    }

    // cos(nπx₀/L)·exp(−(nπ/L)²·(s²/2 + Dt)) for n = 1, 2, … until the rest is below 10⁻¹⁶.
    static double[] Terms(double length, double start, double spread, double D, double time)
    {
        double spreading = spread * spread / 2 + D * time;
        double needed = Ceiling(length / PI * Sqrt(37 / spreading));
        if (!(length > 0 && start >= 0 && start <= length && spread >= 0 && spreading > 0 && needed <= 100_000))
            throw new ArgumentException($"A start at {start} ± {spread} on [0, {length}] after time {time} with D = {D} has no "
                + "density this series can sum, "
                + "expected a start between the walls and a spread of at least a 30,000th of their distance.", nameof(start));
        return [.. Enumerable.Range(1, (int)needed).Select(n => Cos(n * PI * start / length) * Exp(-Pow(n * PI / length, 2) * spreading))];
    }
}
