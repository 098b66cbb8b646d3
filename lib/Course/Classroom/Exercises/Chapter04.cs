using Course.Toys;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 04, with Ho's schedule.</summary>
public static class Chapter04
{
    static readonly ScheduleTable ᾱ = NoiseSchedule.Linear().AlphaBar;

    /// <summary>Var[x_t] of data with variance 4.</summary>
    public static FunctionExercise<Func<double, double>> Variance { get; } = FunctionExercise.Of("4.1 the variance of noisy data",
        "Var[a·x + b·ε] for independent x and ε, with "
            + "the two roots of eq. (4).", new GaussianMixture([1], [0], [2]).Variance, 1e-9, [1, 0.6, 0.1, 0],
        (ᾱ => 4 * ᾱ, "the noise has a variance too, 1 − ᾱ"),
            (ᾱ => Pow(2 * Sqrt(ᾱ) + Sqrt(1 - ᾱ), 2), "standard deviations do not add, variances do"),
        (ᾱ => 4 * Sqrt(ᾱ) + Sqrt(1 - ᾱ), "the roots are factors of x and ε; in a variance a factor stands squared"),
        (ᾱ => 2 * ᾱ + 1 - ᾱ, "the data have variance 4; 2 is their standard deviation"),
            (ᾱ => 16 * ᾱ + 1 - ᾱ, "4 is the variance already"));

    /// <summary>The variance of q(x_500 | x_250).</summary>
    public static NumberExercise HalfTheWay { get; } = new("4.2 half the way at once", "Start the induction of section 2 at 250: which "
        + "product of α's is it now?",
        1 - ᾱ[500] / ᾱ[250], 1e-6, (1 - ᾱ[500], "that is the variance of q(x_500 | x_0); here the walk begins at 250"),
        (ᾱ[500] / ᾱ[250], "that is what is kept of x_250; the variance is the rest"),
            (ᾱ[250] - ᾱ[500], "ᾱ_250 − ᾱ_500 counts from x_0: divide by ᾱ_250"));

    /// <summary>The distance of two pictures of noise.</summary>
    public static NumberExercise TwoPictures { get; } = new("4.3 two pictures of noise", "The difference of two independent standard "
        + "normal numbers: which variance?",
        Sqrt(2 * 784), 0.2, (28, "so far is each from the origin; the two do not lie in the same direction"),
        (56, "lengths add along one line only; two independent directions are nearly at right angles"),
        (2 * 784, "that is the square of it"), (Sqrt(2), "that is in one coordinate; there are 784"));

    /// <summary>The noise of the first 500 steps in x_1000.</summary>
    public static NumberExercise OldNoise { get; } = new("4.4 old noise", "Sum w_k of section 2 for k = 1 … 500 with t = "
        + "1000: neighbours cancel.",
        ᾱ[1000] / ᾱ[500] - ᾱ[1000], 1e-7, (1 - ᾱ[500], "so much it is in x_500; five hundred later steps have damped it"),
        (ᾱ[1000] / ᾱ[500], "nearly: of the telescope's two ends you have one; −ᾱ_1000/ᾱ_0 is missing"),
            (1 - ᾱ[1000] / ᾱ[500], "that is the noise of the last 500 steps"));

    /// <summary>μ̃ where x_t lies at its mean.</summary>
    public static NumberExercise NoLuck { get; } = new("4.5 no luck involved", "√α_t·√ᾱ_t = α_t·√ᾱ_{t−1}: take √ᾱ_{t−1} out and look at "
        + "what is left over 1 − ᾱ_t.",
        Sqrt(ᾱ[399]), 1e-4, (ᾱ[399], "the right step, but its root: √ᾱ_399 x_0 is the mean of x_399"),
            (1, "that would be x_0 itself; only at t = 1 the mean is that"),
        (Sqrt(ᾱ[400]), "that is the factor of x_400, where it began; one step back it is another"));

    /// <summary>The step of eq. (2).</summary>
    public static TriedExercise<Func<Tensor, double, Tensor>> Step { get; } = new("4.6 find the bug",
        "What must ε be multiplied with, for β to be the variance? Which mean and variance has ε, "
            + "and which has rand_like?", Chapter01.FaultOfStep);
}
