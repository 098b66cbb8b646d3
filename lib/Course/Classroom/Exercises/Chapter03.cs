using Diffusion.Schedules;
using Figures.Drawing;
using static System.Math;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 03.</summary>
public static class Chapter03
{
    static readonly NoiseSchedule ho = NoiseSchedule.Linear();
    static readonly double tooMuch = ho.SqrtOneMinusAlphaBar[2] / ho.SqrtOneMinusAlphaBar[1];

    /// <summary>Steps until half of the variance is gone, for any β.</summary>
    public static FunctionExercise<Func<double, double>> HalfLife { get; } = FunctionExercise.Of("3.1 the half-life of a picture",
        "(1 − β)^t ≤ 1/2: take logarithms, then round up.", β => Ceiling(Log(0.5) / Log(1 - β)), 1e-9, [0.01, 0.03, 0.2],
        (β => Floor(Log(0.5) / Log(1 - β)), "one step earlier a little more than half is left: round up"),
        (β => Log(0.5) / Log(1 - β), "a step is whole or not at all: round up"),
        (β => 0.5 / β, "that would be so if each step took the share β of the first picture; it takes β of what is left"),
        (β => Ceiling(0.5 / β), "that would be so if each step took the share β of the first picture; it takes β of what is left"),
        (β => Ceiling(Log(0.5) / Log(1 - β) / 2),
            "that takes (1 − β)² a step; the variance is multiplied by 1 − β, the amplitude by its root"),
        (β => Ceiling(2 * Log(0.5) / Log(1 - β)), "after so many steps the amplitude √ᾱ is a half; the variance is a quarter"));

    /// <summary>The β of n equal steps.</summary>
    public static FunctionExercise<Func<double, double>> HundredEqualSteps { get; } = FunctionExercise.Of("3.2 equal steps",
        "(1 − β)^n = 10⁻⁴. Check yours with NoiseSchedule.Constant(n, yours).", n => 1 - Pow(1e-4, 1 / n), 1e-6, [10, 100, 1000],
        (n => Log(1e4) / n, "e^(−nβ) = 10⁻⁴ takes e^(−β) for 1 − β, and β is not small enough for that"),
        (n => Pow(1e-4, 1 / n), "that is α, what a step keeps"), (n => 1 / n, "with that ᾱ is still about 0.37 after n steps"),
        (n => 1 - Pow(1e-2, 1 / n), "with that √ᾱ_n is 0.1 and ᾱ_n is 10⁻²: ᾱ itself is to be 10⁻⁴"));

    /// <summary>ᾱ of the cosine schedule.</summary>
    public static FunctionExercise<Func<double, double>> Cosine { get; } = FunctionExercise.Of("3.3 the cosine schedule",
        "f(u) = cos²((u + s)/(1 + s)·π/2), divided by f(0) "
            + "so that it starts at 1.", u => NoiseSchedule.Cosine(1000).AlphaBar[(int)Round(1000 * u)], 1e-6, [0, 0.1, 0.5, 0.9],
        (u => Pow(Cos(Angle(u)), 2), "it starts below 1: divide by f(0), then ᾱ_0 = 1"),
        (u => Cos(Angle(u)) / Cos(Angle(0)), "that is √ᾱ: the square is missing"),
        (u => Pow(Cos(u * PI / 2), 2), "that is the curve without its offset s = 0.008"),
        (u => Pow(Cos(Angle(1 - u)) / Cos(Angle(0)), 2), "it grows, but the picture gets less with every step"));

    /// <summary>The deviation of the noise, read one entry too late.</summary>
    public static NumberExercise OffByOne { get; } = new("3.4 off by one", "The standard deviation of the noise in x_t is √(1 − ᾱ_t). "
        + "Which two t are being mixed up?", tooMuch, 0.001,
        (tooMuch * tooMuch, "that is the ratio of the variances: take the root"),
            (1 / tooMuch, "that is the factor upside down: the sampler reads the later, noisier entry"),
        (1, "the entries belong to t = 1 and to t = 2, and there 1 − ᾱ is not the same"));

    /// <summary>Ho's curve in any number of steps.</summary>
    public static TriedExercise<Func<int, double[]>> WashedOut { get; } = new("3.5 washed out",
        "β_t is 1 − ᾱ'_t/ᾱ'_(t−1), and LogAlphaBarAt of section 4 gives log ᾱ' at 1000·t/n.", FaultOfBetas);

    /// <summary>log SNR in a straight line.</summary>
    public static FunctionExercise<Func<double, double>> StraightLine { get; } = FunctionExercise.Of("3.6 a straight line",
        "SNR = ᾱ/(1 − ᾱ). Solve for ᾱ, then put SNR = e^(8 − 16u).", u => 1 / (1 + Exp(16 * u - 8)), 1e-7, [0, 0.1, 0.25, 0.5, 0.75, 1],
        (u => Exp(8 - 16 * u), "that is the SNR, and ᾱ lies between 0 and 1"),
            (u => 1 / (1 + Exp(8 - 16 * u)), "it grows: check the sign in the exponent"),
        (u => 1 / (1 + Exp(8 * u - 8)), "at the end its log SNR is 0; it should be −8"),
            (u => 1 / (1 + Exp(16 * u)), "it begins at log SNR 0; it should begin at 8"),
        (u => 1 - u, "half-way it is right; but its log SNR is no straight line"));

    static double Angle(double u) => (u + 0.008) / 1.008 * PI / 2;

    static string? FaultOfBetas(Func<int, double[]> yours)
    {
        foreach (int n in (int[])[300, 20, 1])
        {
            double[] β = yours(n);
            if (β.Length != n) return $"for {n} steps it gives {β.Length} numbers; there is none for t = 0";
            int bad = Array.FindIndex(β, b => !(b > 0 && b < 1));
            if (bad >= 0)
                return $"for {n} steps β_{bad + 1} is {Numbers.Short(β[bad], 2)}, which is not a variance: multiplying β "
                    + "is right for small β only";
            NoiseSchedule mine = NoiseSchedule.FromBetas("yours", β), right = ho.Rescaled(n);
            int off = Enumerable.Range(1, n).FirstOrDefault(t => Abs(mine.LogSnr[t] - right.LogSnr[t]) > 1e-6);
            if (mine.AlphaBar[n] > 1e-3)
                return $"for {n} steps it ends at ᾱ = {Numbers.Short(mine.AlphaBar[n], 2)}: the digit is still in x_T; "
                    + "Ho's curve ends at 0.00004";
            if (off > 0)
                return $"for {n} steps it leaves Ho's curve at t = {off}: ᾱ is {Numbers.Short(mine.AlphaBar[off])}, should be "
                    + $"{Numbers.Short(right.AlphaBar[off])}";
        }
        return null;
    }
}
