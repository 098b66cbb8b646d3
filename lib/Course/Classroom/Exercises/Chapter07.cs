using Diffusion.Devices;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 07.</summary>
public static class Chapter07
{
    static readonly NoiseSchedule ho = NoiseSchedule.Linear(), fifty = ho.Rescaled(50);
    static readonly double sigma =
        Sqrt(0.25 * ho.OneMinusAlphaBar[400] / ho.OneMinusAlphaBar[500] * (1 - ho.AlphaBar[500] / ho.AlphaBar[400]));

    /// <summary>An error in ε, seen in x̂₀.</summary>
    public static NumberExercise SmallError { get; } = new("7.1 a small error becomes large", "eq. (15): what is ε multiplied with?",
        0.01 * ho.SqrtOneMinusAlphaBar[900] / ho.SqrtAlphaBar[900], 1e-4,
        (0.01 * ho.OneMinusAlphaBar[900] / ho.AlphaBar[900], "that is with the factor squared: its roots are missing"),
        (0.01 * ho.SqrtAlphaBar[900] / ho.SqrtOneMinusAlphaBar[900], "upside down: so much an error in x₀ becomes in ε"));

    /// <summary>σ of a jump with η = ½.</summary>
    public static NumberExercise HalfTheNoise { get; } = new("7.2 half the noise", "Song et al., eq. (16), stands in section 5; mind "
        + "which of σ and σ² is asked for.", sigma, 1e-5,
        (sigma * sigma, "that is σ²; asked is σ"), (2 * sigma, "that is for η = 1"),
            (Sqrt(2) * sigma, "in σ² stands η², so in σ stands η"));

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
    public static NumberExercise LouderAgain { get; } = new("7.5 louder again", "Variances of independent Gaussians add; the variance is "
        + "not what one divides by.",
        Sqrt(0.75 * 0.75 + 0.25 * 0.25), 1e-3, (0.625, "that is the variance; divide by its root"),
            (1, "weights that sum to 1 keep a mean, not a variance"));
}
