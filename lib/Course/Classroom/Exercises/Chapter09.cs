using static System.Math;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 09.</summary>
public static class Chapter09
{
    /// <summary>Samples for a standard error.</summary>
    public static FunctionExercise<Func<double, double, double>> HowMany { get; } = FunctionExercise.Of("9.1 how many digits",
        "The standard error of a share is √(p(1−p)/n): solve it for n.",
        (p, e) => p * (1 - p) / (e * e), 1e-9, [(0.95, 0.005), (0.5, 0.1), (0.99, 0.002), (0.8, 0.03)],
        ((p, e) => p * (1 - p) / e, "in the standard error n stands under a root: e must be squared"),
        ((p, e) => p / (e * e), "a share has the variance p(1−p), not that of a count that is Poisson's"),
        ((p, e) => 1.96 * 1.96 * p * (1 - p) / (e * e), "that makes e the half of a 95 % interval; asked is one standard error"));

    /// <summary>Bits that a share of noise costs.</summary>
    public static FunctionExercise<Func<double, double>> PriceOfNoise { get; } = FunctionExercise.Of("9.2 the price of noise",
        "Its density is at least q times that of the good model. What is that in bits?",
        q => -Log2(q) / 784, 1e-9, [0.01, 0.1, 0.5, 0.9],
        (q => -Log2(q), "that is for a whole digit; asked is per pixel"),
        (q => -Log(q) / 784, "those are nats; a bit is log 2 of them"),
        (q => -Log2(1 - q) / 784, "1 − q is the share of noise; the digits have q"),
        (q => Log2(q) / 784, "that is the logarithm of the density; a price is minus it"));

    /// <summary>What tilting leaves and guidance does not.</summary>
    public static FunctionExercise<Func<double, double>> TiltedOverGuided { get; } = FunctionExercise.Of("9.3 tilted over guided",
        "Guided: s_y to the w times s to the 1 − w. Tilted: one over the root of w/s_y² + (1 − w)/s².",
        w => Pow(2, w) / Sqrt(3 * w + 1), 1e-9, [1, 1.5, 2, 3, 5],
        (w => Pow(4, w) / (3 * w + 1), "that is the ratio of the variances"),
        (w => Sqrt(3 * w + 1) / Pow(2, w), "upside down: that is guided over tilted"),
        (w => 1 / Sqrt(3 * w + 1), "that is the tilted one alone"),
        (w => Pow(2, w) / Sqrt(4 * w), "(1 − w)/s² belongs to the precision, too"));

    /// <summary>Guidance, the right way round, w = 3.</summary>
    public static FunctionExercise<Func<double, double, double>> WrongWay { get; } = FunctionExercise.Of("9.4 everything but sevens",
        "At w = 1 the result must be `with`.",
        (with, without) => without + 3 * (with - without), 1e-9, [(1, 0), (0, 1), (0.5, -0.5), (2, 3)],
        ((with, without) => without + 3 * (without - with), "that is the line with the bug"),
        ((with, without) => with + 3 * (with - without), "that is the paper's way to count: its 3 is 4 here"),
        ((with, without) => 3 * with, "what is pushed is the difference to any digit"));
}
