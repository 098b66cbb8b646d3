using Diffusion.Schedules;
using Figures.Drawing;
using static System.Math;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 00.</summary>
public static class Chapter00
{
    /// <summary>The map from a byte to [−1, 1].</summary>
    public static FunctionExercise<Func<double, double>> GreyToNumber { get; } = FunctionExercise.Of("0.1 grey to number",
        "0 must become −1 and 255 must become 1, and the map is a straight line.", g => g / 127.5 - 1, 1e-9, [0, 51, 255],
        (g => g / 255, "that gives [0, 1]: nothing is negative, while the noise is centred on zero"),
        (g => 1 - g / 127.5, "paper and ink are exchanged"),
        (g => g / 128 - 1, "nearly: 255, and not 256, becomes 1"));

    /// <summary>Draws for a standard error of a thousandth.</summary>
    public static NumberExercise HowManyDraws { get; } = new("0.2 how many draws", "Solve σ/√n = 0.001 for n.", 1e6, 0.5,
        (1000, "that is √n: the error falls with the square root of n"),
            (16e6, "for four standard errors, yes; the question is about one"));

    /// <summary>Entries of a schedule's tables.</summary>
    public static NumberExercise CountTheEntries { get; } = new("0.3 count the entries", "Count t = 0, 1, 2, …, 1000.",
        NoiseSchedule.Linear().AlphaBar.Count, 0,
        (1000, "those are the steps; clean data, t = 0, has an entry too"), (999, "the last step, t = 1000, counts"));

    /// <summary>The tolerance of a mean.</summary>
    public static TriedExercise<Func<int, double>> Tolerance { get; } = new("0.4 find the bug",
        "For one draw it is right. How does the standard error depend on n?",
        tolerance =>
        {
            foreach (int n in (int[])[1, 100, 10_000])
            {
                double share = tolerance(n) / (4 / Sqrt(n));
                if (share < 1 - 1e-6)
                    return $"for n = {n} it allows only {Numbers.Short(share)} of what it should: honest samples are rejected";
                if (share > 1 + 1e-6) return $"for n = {n} it allows {Numbers.Short(share)} times what it should: a wrong mean would pass";
                if (double.IsNaN(share)) return $"for n = {n} it gives no number";
            }
            return null;
        });
}
