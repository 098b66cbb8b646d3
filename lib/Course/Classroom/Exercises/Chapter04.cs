using Course.Toys;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 04.</summary>
public static class Chapter04
{
    // ᾱ_s and ᾱ_t, the first the larger
    static readonly (double, double)[] pairs = [(0.9, 0.3), (0.5, 0.1), (0.25, 0.2)];

    /// <summary>Var[x_t] of data with variance 4.</summary>
    public static FunctionExercise<Func<double, double>> Variance { get; } = FunctionExercise.Of("4.1 the variance of noisy data",
        "Var[a·x + b·ε] for independent x and ε, with "
            + "the two roots of eq. (4).", new GaussianMixture([1], [0], [2]).Variance, 1e-9, [1, 0.6, 0.1, 0],
        (ᾱ => 4 * ᾱ, "the noise has a variance too, 1 − ᾱ"),
            (ᾱ => Pow(2 * Sqrt(ᾱ) + Sqrt(1 - ᾱ), 2), "standard deviations do not add, variances do"),
        (ᾱ => 4 * Sqrt(ᾱ) + Sqrt(1 - ᾱ), "the roots are factors of x and ε; in a variance a factor stands squared"),
        (ᾱ => 2 * ᾱ + 1 - ᾱ, "the data have variance 4; 2 is their standard deviation"),
            (ᾱ => 16 * ᾱ + 1 - ᾱ, "4 is the variance already"));

    /// <summary>The covariance of two states of one walk from a known x_0.</summary>
    public static FunctionExercise<Func<double, double, double>> TwoTimes { get; } = FunctionExercise.Of("4.2 two times on one walk",
        "Write x_t as a multiple of x_s plus new noise: what does q(x_t | x_s) say, and what is the variance of x_s?",
        (ᾱs, ᾱt) => Sqrt(ᾱt / ᾱs) * (1 - ᾱs), 1e-6, pairs,
        ((ᾱs, ᾱt) => 1 - ᾱs, "that is the variance of x_s; only a part of x_s is left in x_t"),
        ((ᾱs, ᾱt) => Sqrt(ᾱt / ᾱs), "that is the factor of x_s in x_t; what is the variance of x_s?"),
        ((ᾱs, ᾱt) => ᾱt / ᾱs * (1 - ᾱs), "x_s stands in x_t with the root √(ᾱ_t/ᾱ_s); in a covariance it stands once, not squared"),
        ((ᾱs, ᾱt) => 1 - ᾱt / ᾱs, "that is the variance of the new noise, which has no covariance with x_s"),
        ((ᾱs, ᾱt) => Sqrt(ᾱs * ᾱt), "x_0 is known, so it does not vary: only noise has a covariance"),
        ((ᾱs, ᾱt) => Sqrt(ᾱt / ᾱs * (1 - ᾱs) / (1 - ᾱt)), "that is the correlation: the covariance is not divided by the deviations"));

    /// <summary>The distance of two pictures of noise.</summary>
    public static FunctionExercise<Func<double, double>> TwoPictures { get; } = FunctionExercise.Of("4.3 two pictures of noise",
        "The difference of two independent standard normal numbers: which variance? And over d coordinates?",
        d => Sqrt(2 * d), 1e-3, [1, 3, 784],
        (d => Sqrt(d), "so far is each from the origin; the two do not lie in the same direction"),
        (d => 2 * Sqrt(d), "lengths add along one line only; two independent directions are nearly at right angles"),
        (d => 2 * d, "that is the square of it"), (_ => Sqrt(2), "that is in one coordinate; there are d"));

    /// <summary>The noise of the first s steps in x_t.</summary>
    public static FunctionExercise<Func<double, double, double>> OldNoise { get; } = FunctionExercise.Of("4.4 old noise",
        "In x_s this noise has the variance 1 − ᾱ_s. What do the steps from s to t do to a variance?",
        (ᾱs, ᾱt) => ᾱt / ᾱs * (1 - ᾱs), 1e-6, pairs,
        ((ᾱs, ᾱt) => 1 - ᾱs, "so much it is in x_s; the later steps have damped it"),
        ((ᾱs, ᾱt) => ᾱt / ᾱs, "by this factor the later steps multiply a variance; which variance did they find?"),
        ((ᾱs, ᾱt) => 1 - ᾱt / ᾱs, "that is the noise of the later steps, s + 1 to t"),
        ((ᾱs, ᾱt) => Sqrt(ᾱt / ᾱs) * (1 - ᾱs), "a state is multiplied by the root, its variance by the square of the root"),
        ((ᾱs, ᾱt) => 1 - ᾱt, "that is all the noise in x_t, of the first and the later steps together"));

    /// <summary>μ̃ where x_t lies at its mean.</summary>
    public static FunctionExercise<Func<double, double, double>> NoLuck { get; } = FunctionExercise.Of("4.5 no luck involved",
        "√α_t·√ᾱ_t = α_t·√ᾱ_{t−1}: take √ᾱ_{t−1} = √(ᾱ_t/α_t) out and look at what is left over 1 − ᾱ_t.",
        (α, ᾱ) => Sqrt(ᾱ / α), 1e-6, [(0.99, 0.9), (0.9, 0.5), (0.5, 0.1)],
        ((α, ᾱ) => ᾱ / α, "the right step, but its root: √ᾱ_{t−1} x_0 is the mean of x_{t−1}"),
        ((_, _) => 1, "that would be x_0 itself; only at t = 1 is the mean that"),
        ((_, ᾱ) => Sqrt(ᾱ), "that is the factor of x_t, where it began; one step back it is another"),
        ((α, ᾱ) => Sqrt(ᾱ * α), "that is a step forwards: back, √ᾱ_t is divided by √α_t"));

    /// <summary>The step of eq. (2).</summary>
    public static TriedExercise<Func<Tensor, double, Tensor>> Step { get; } = new("4.6 find the bug",
        "By what does a factor in front of x multiply the variance of x? Variance 1 must stay 1 when β is added.",
        Chapter01.FaultOfStep);
}
