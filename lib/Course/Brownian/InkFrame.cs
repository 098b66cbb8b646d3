using Course.Evaluation;
using static System.Math;

namespace Course.Brownian;

/// <summary>What an eye with a grid before it sees of the ink at one time. A snapshot: it stays as it is while the ink moves on.</summary>
/// <param name="Glass">Where the ink is.</param>
/// <param name="Time">Since the drop fell.</param>
/// <param name="Counts">Molecules in every cell, [row, column] = [y, x], row 0 at the bottom.</param>
/// <param name="Traced">Where the few molecules are that an experimenter follows.</param>
public sealed record InkFrame(Glass Glass, double Time, double[,] Counts, IReadOnlyList<(double X, double Y)> Traced)
{
    int BinsX => Counts.GetLength(1);
    int BinsY => Counts.GetLength(0);

    /// <summary>How many molecules there are.</summary>
    public double Particles => Counts.Cast<double>().Sum();

    /// <summary>Probability per area in every cell.</summary>
    public double[,] Density
    {
        get
        {
            double whole = Particles * Glass.Width * Glass.Height / ((double)BinsX * BinsY);
            return Grid(BinsX, BinsY, (column, row) => Counts[row, column] / whole);
        }
    }

    /// <summary>The counts that the heat equation expects, for <see cref="ChiSquared.Test(double[,], double[,], int)"/> against <see
    /// cref="Counts"/>.</summary>
    public double[,] ExpectedCounts
    {
        get
        {
            double[,] p = Glass.Probabilities(Time, BinsX, BinsY);
            double particles = Particles;
            return Grid(BinsX, BinsY, (column, row) => particles * p[row, column]);
        }
    }

    /// <summary>
    /// The coarse-grained entropy −Σ p·ln p over the cells, in nats: what is not known of a molecule by one who knows only the picture. N
    /// molecules spread over B cells make it too small by about (B−1)/2N.
    /// </summary>
    public double Entropy => EntropyOf(Counts);

    /// <summary>Its largest value, ln(number of cells): the ink evenly spread.</summary>
    public double MaximumEntropy => Log(Counts.Length);

    /// <summary>−Σ p·ln p of a grid of counts or probabilities, with p = weight/Σ weights; in nats.</summary>
    public static double EntropyOf(double[,] weights)
    {
        double total = weights.Cast<double>().Sum();
        return -weights.Cast<double>().Where(weight => weight > 0).Sum(weight => weight / total * Log(weight / total));
    }

    internal static double[,] Grid(int binsX, int binsY, Func<int, int, double> cell)
    {
        var grid = new double[binsY, binsX];
        for (int row = 0; row < binsY; row++)
            for (int column = 0; column < binsX; column++) grid[row, column] = cell(column, row);
        return grid;
    }
}
