using Diffusion.Devices;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 07.</summary>
public static class Chapter07
{
    static readonly NoiseSchedule ho = NoiseSchedule.Linear(), fifty = ho.Rescaled(50);

    /// <summary>An error in ε, seen in x̂₀.</summary>
    public static FunctionExercise<Func<double, double>> SmallError { get; } = FunctionExercise.Of("7.1 a small error becomes large",
        "eq. (15): what is ε multiplied with?",
        t => 0.01 * ho.SqrtOneMinusAlphaBar[(int)t] / ho.SqrtAlphaBar[(int)t], 1e-6, [1, 100, 500, 900, 1000],
        (t => 0.01 * ho.OneMinusAlphaBar[(int)t] / ho.AlphaBar[(int)t], "that is with the factor squared: its roots are missing"),
        (t => 0.01 * ho.SqrtAlphaBar[(int)t] / ho.SqrtOneMinusAlphaBar[(int)t], "upside down: so much an error in x₀ becomes in ε"),
        (t => 0.01 * ho.SqrtOneMinusAlphaBar[(int)t], "that is its error in x_t; x̂₀ is divided by √ᾱ_t, too"));

    /// <summary>σ of a jump with η = ½.</summary>
    public static FunctionExercise<Func<double, double, double>> HalfTheNoise { get; } = FunctionExercise.Of("7.2 half the noise",
        "Song et al., eq. (16), stands in section 5; mind which of σ and σ² is asked for.",
        (t, s) => 0.5 * Sigma(t, s), 1e-6, [(500, 400), (1000, 999), (900, 100), (100, 50), (2, 1)],
        ((t, s) => 0.25 * Sigma(t, s) * Sigma(t, s), "that is σ²; asked is σ"),
        ((t, s) => Sigma(t, s), "that is for η = 1"),
        ((t, s) => Sqrt(0.5) * Sigma(t, s), "in σ² stands η², so in σ stands η"));

    /// <summary>The noise of Algorithm 2, step by step.</summary>
    public static FunctionExercise<Func<double,
        double>> PoorLight
    { get; } = FunctionExercise.Of("7.3 poor light", "Section 3: what does Algorithm 2 say of z at t = 1?",
        t => t > 1 ? Sqrt(fifty.Beta[(int)t]) : 0, 1e-9, [1, 2, 25, 50],
        (t => Sqrt(fifty.Beta[(int)t]), "that is what was published, noise in the last step too"),
            (t => t > 1 ? fifty.Beta[(int)t] : 0, "that is the variance"));

    /// <summary>The time at which a denoiser is to be asked.</summary>
    /// <param name="asked">The exact denoiser (x_t, t) for t = 1 … 50.</param>
    public static TriedExercise<Func<Tensor, int, Tensor>> OffByOne(Func<Tensor, int, Tensor> asked) => new("7.4 off by one",
        "At which time must Asked be asked, for the x_t that the loop holds?",
        yours =>
        {
            using var scope = NewDisposeScope();
            Tensor x = linspace(-1, 1, 784, device: Compute.Device).reshape(1, 1, 28, 28);
            bool Is(int t, int at) => (yours(x, t) - asked(x, at)).abs().max().ToDoubles()[0] < 1e-6;
            return yours(x, 1).isfinite().all().ToDoubles()[0] == 0 ? "at t = 1 it asks for t = 0, where there is no noise to be guessed"
                : Is(1, 1) && Is(2, 2) && Is(25, 25) && Is(50, 50) ? null
                : Is(25, 26) ? "it still asks at t + 1" : Is(25, 24) ? "now it asks at t − 1" : "for some t it asks at another time than t";
        });

    /// <summary>What a mixture of two noises is divided by.</summary>
    public static FunctionExercise<Func<double, double>> LouderAgain { get; } = FunctionExercise.Of("7.5 louder again",
        "Variances of independent Gaussians add; the variance is not what one divides by.",
        λ => Sqrt((1 - λ) * (1 - λ) + λ * λ), 1e-6, [0, 0.1, 0.25, 0.5, 0.9],
        (λ => (1 - λ) * (1 - λ) + λ * λ, "that is the variance; divide by its root"),
        (λ => 1, "weights that sum to 1 keep a mean, not a variance"));

    /// <summary>The best guess of x₀ for two training numbers.</summary>
    public static FunctionExercise<Func<double, double, double>> TwoNumbers { get; } = FunctionExercise.Of("7.6 two numbers by heart",
        "Section 9: write π for 1 and for −1, and divide both by what they have in common.",
        (x, r) => Tanh(x / (r * r)), 1e-6, [(0.3, 1), (0.5, 0.7), (-1, 2), (2, 3), (-0.1, 0.4)],
        ((x, r) => 1 / (1 + Exp(-2 * x / (r * r))), "that is the probability of 1; asked is the mean of 1 and −1"),
        ((x, r) => Tanh(x / (2 * r * r)), "the two squares differ by 4x̄, not by 2x̄"),
        ((x, r) => Tanh(x / r), "in the exponent of a Gaussian stands its variance, r²"),
        ((x, r) => Sign(x), "that is the nearer one: the limit without noise"));

    // σ of Song et al., eq. (16), with η = 1.
    static double Sigma(double t, double s) => Sqrt(ho.OneMinusAlphaBar[(int)s] / ho.OneMinusAlphaBar[(int)t]
        * (1 - ho.AlphaBar[(int)t] / ho.AlphaBar[(int)s]));
}
