using Diffusion.Schedules;
using static System.Math;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 08, about the network of google/ddpm-ema-celebahq-256.</summary>
public static class Chapter08
{
    const double Parameters = 113_673_219;

    /// <summary>The weights in numbers of b bytes.</summary>
    public static FunctionExercise<Func<double, double>> HalfTheBytes { get; } = FunctionExercise.Of("8.1 half the bytes",
        "bytes = parameters · bytes each; a megabyte is 10⁶ of them", b => 1e-6 * b * Parameters, 1e-6, [1, 2, 4, 8],
        (b => b * Parameters, "those are bytes; asked are megabytes"), (b => b * Parameters / Pow(2, 20), "that is in units of 2²⁰ bytes"),
        (b => 1e-6 * b / 8 * Parameters, "that takes b for bits"));

    /// <summary>Attention's matrix at n × n pixels.</summary>
    public static FunctionExercise<Func<double, double>> FullSizeAttention { get; } = FunctionExercise.Of("8.2 why attention sits so low",
        "How many pixels are n × n? Each is compared with each.", n => 4e-9 * Pow(n, 4), 1e-9, [8, 16, 64, 256],
        (n => 1e-9 * Pow(n, 4), "so many billion entries; each has four bytes"), (n => 4 * Pow(n, 4) / Pow(2, 30),
            "that is in units of 2³⁰ bytes"),
        (n => 4e-9 * n * n, "that is one row: each pixel is compared with each other one"));

    /// <summary>Parameters in the attention layers.</summary>
    public static FunctionExercise<Func<double, double>> WithoutAttention { get; } = FunctionExercise.Of("8.3 without attention",
        "Attention(c) counts one of them; how many are there?", c => 6 * Attention(c), 0, [64, 256, 512],
        (c => Attention(c), "that is one of them"), (c => 5 * Attention(c), "the middle has one, too"));

    /// <summary>The time that a network on disk is asked at.</summary>
    public static FunctionExercise<Func<double, double>> OffByOne { get; } = FunctionExercise.Of("8.4 off by one",
        "The first step of the walk has t = 1000 here, and 999 in the file. Chapter 07 has met this bug, too.",
        t => t - 1, 0, [1, 2, 500, 1000],
        (t => t, "that is what the loop does"), (t => t + 1, "at t = 1000 the file has no such time"));

    /// <summary>What the mean of a whole picture still tells at the end of Ho's schedule.</summary>
    public static FunctionExercise<Func<double, double>> LargestBlock { get; } = FunctionExercise.Of("8.5 the largest block",
        "Section 4 with one block: how many pixels are averaged?",
        n => n * n * NoiseSchedule.Linear().Snr[1000], 1e-9, [1, 28, 64, 256],
        (n => n * NoiseSchedule.Linear().Snr[1000], "a picture of n × n has n² pixels"),
        (n => NoiseSchedule.Linear().Snr[1000] / (n * n), "an average has less noise, not less signal"),
        (n => n * n * Sqrt(NoiseSchedule.Linear().Snr[1000]), "the SNR is ᾱ/(1 − ᾱ), without a root"));

    static double Attention(double c) => 4 * (c * c + c) + 2 * c;
}
