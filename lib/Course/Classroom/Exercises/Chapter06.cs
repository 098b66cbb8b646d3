using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Networks;
using Diffusion.Schedules;
using Figures.Drawing;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 06.</summary>
public static class Chapter06
{
    /// <summary>Steps until half of a moving average is forgotten, as a function of d.</summary>
    public static FunctionExercise<Func<double, double>> HalfLife { get; } = FunctionExercise.Of("6.1 half-life",
        "d to the power of how many steps is ½?", d => Log(0.5) / Log(d), 1e-3, [0.5, 0.9, 0.99, 0.999],
        (d => 1 / (1 - d), "so old are the steps in it on average, about 1/(1 − d)"),
            (d => 0.5 / (1 - d), "each step takes 1 − d of what is left, not of the whole"),
        (d => Log(2) / (1 - d), "nearly right for d near 1, where ln(1/d) ≈ 1 − d; at d = 0.5 it is not"),
            (d => Log(d) / Log(0.5), "upside down: so many halvings are in one step"));

    /// <summary>The loss of ε_θ = x_t, for data of mean square 1.</summary>
    public static FunctionExercise<Func<double, double>> EverythingIsNoise { get; } = FunctionExercise.Of("6.2 everything is noise",
        "ε − x_t = (1 − √(1−ᾱ))·ε − √ᾱ·x₀, two independent terms.", ᾱ => Pow(1 - Sqrt(1 - ᾱ), 2) + ᾱ, 1e-6, [0.01, 0.1, 0.5, 0.9],
        (ᾱ => Pow(1 - Sqrt(1 - ᾱ), 2), "x₀ is in the error, too: −√ᾱ·x₀ adds its mean square"),
            (ᾱ => 1 - Sqrt(1 - ᾱ) + Sqrt(ᾱ), "a mean square has the factors squared"),
        (ᾱ => ᾱ, "that is the part of x₀; ε is in the error, too, shrunk by 1 − √(1 − ᾱ)"),
            (ᾱ => Pow(1 - Sqrt(1 - ᾱ) - Sqrt(ᾱ), 2), "the two terms are independent: their squares add"));

    /// <summary>Parameters of a residual block.</summary>
    public static NumberExercise ResidualBlock { get; } = new("6.3 a residual block",
        "A norm has 2 parameters a channel of its input; norm2 and conv2 work on 32 channels; "
            + "do not forget the biases.", Counted(64, 32), 0,
        (33_984, "the biases of convolutions and linear layer are missing"),
            (32_032, "the shortcut is missing: a 1×1 convolution from 64 to 32"),
        (29_984, "the time's linear layer is missing: from 128 numbers to 32"));

    /// <summary>Bytes made ready for training.</summary>
    public static TriedExercise<Func<Tensor, Tensor>> Bytes { get; } = new("6.4 find the bug",
        "The sampler clips to [−1, 1], and blank paper must come out as −1: which range must the data have?",
        prepare =>
        {
            using var scope = NewDisposeScope();
            Tensor bytes = arange(256, dtype: ScalarType.Float32, device: Compute.Device), made = prepare(bytes);
            double off = (made - (bytes / 127.5 - 1)).abs().max().ToDoubles()[0];
            double[] values = made.ToDoubles();
            return off <= 1e-5 ? null
                : Abs(values[0] + 1) + Abs(values[255] - 1) < 1e-5 ? "the ends are right, but between them it is off by "
                    + $"{Numbers.Short(off, 2)}"
                : $"paper (byte 0) becomes {Numbers.Short(values[0], 2)} and full ink (255) "
                    + $"{Numbers.Short(values[255], 2)}, where −1 and 1 belong";
        });

    /// <summary>Noise of the strength that the network is told, in a schedule of 50 steps.</summary>
    public static TriedExercise<Func<Tensor, Tensor, int,
        Tensor>> Noised
    { get; } = new("6.5 off by one", "Which ᾱ belongs to the t that the denoiser is told?",
    noised =>
    {
        using var scope = NewDisposeScope();
        NoiseSchedule fifty = NoiseSchedule.Linear().Rescaled(50);
        Tensor x0 = linspace(-1, 1, 9, device: Compute.Device), ε = linspace(2, -1, 9, device: Compute.Device);
        double Off(int t, int mixed) =>
            (noised(x0, ε, t) - ForwardProcess.Mixed(fifty.SqrtAlphaBar[mixed], x0, fifty.SqrtOneMinusAlphaBar[mixed], ε)).abs().max()
            .ToDoubles()[0];
        int[] times = [1, 2, 20, 50];
        if (times.All(t => Off(t, t) < 1e-5)) return null;
        if (times.All(t => Off(t, t - 1) < 1e-5)) return "so strong it is at the step before";
        int wrong = times.First(t => !(Off(t, t) < 1e-5));
        return $"at t = {wrong} it is off by {Numbers.Short(Off(wrong, wrong), 2)} from √ᾱ_t·x₀ + √(1 − ᾱ_t)·ε";
    });

    /// <summary>What the squared error of x̂₀ is multiplied by to give that of v, as a function of ᾱ.</summary>
    public static FunctionExercise<Func<double, double>> ErrorOfV { get; } = FunctionExercise.Of("6.6 the error of v",
        "x_t is given: an x̂₀ that is off by δ makes ε̂ off by −√ᾱ·δ/√(1−ᾱ). Put both into v.", ᾱ => 1 / (1 - ᾱ), 1e-6,
        [0.01, 0.1, 0.5, 0.9],
        (ᾱ => 1 / ᾱ, "that is what turns the squared error of ε into that of v"),
            (ᾱ => 1 - ᾱ, "upside down: where ᾱ is near 1, a small error of x̂₀ is a large one of v"),
        (ᾱ => ᾱ / (1 - ᾱ), "that is the squared error of ε; v has a part of x₀, too"),
            (ᾱ => 1 / Sqrt(1 - ᾱ), "that is the error's factor; the squared error has its square"));

    static long Counted(int from, int to)
    {
        using var block = new ResnetBlock2D(from, to, UNetConfig.Digits);
        return block.parameters().Sum(parameter => parameter.numel());
    }
}
