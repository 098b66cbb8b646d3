using static System.Math;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 08, about the network of google/ddpm-ema-celebahq-256.</summary>
public static class Chapter08
{
    const double Parameters = 113_673_219, Attention = 4 * (512 * 512 + 512) + 2 * 512, Pixels = 256 * 256;

    /// <summary>The weights in half precision.</summary>
    public static NumberExercise HalfTheBytes { get; } = new("8.1 half the bytes", "bytes = parameters · bytes each", 2e-6 * Parameters, 1,
        (4e-6 * Parameters, "that is with four bytes each"), (1e-6 * Parameters, "that is with one byte each"),
            (2 * Parameters / Pow(2, 20), "that is in units of 2²⁰ bytes"));

    /// <summary>Attention at full size.</summary>
    public static NumberExercise FullSizeAttention { get; } = new("8.2 why attention sits so low", "At 256×256 there are 65,536 pixels.",
        4 * Pixels * Pixels / 1e9, 0.1,
        (Pixels * Pixels / 1e9, "so many billion entries; each has four bytes"), (16, "that is in units of 2³⁰ bytes"),
        (4 * Pixels / 1e9, "that is one row: every pixel is compared with every other"));

    /// <summary>Parameters in the attention layers.</summary>
    public static NumberExercise WithoutAttention { get; } = new("8.3 without attention", "Attention(512) counts one of "
        + "them; how many are there?", 6 * Attention, 0,
        (Attention, "that is one of them"), (5 * Attention, "the middle has one, too"));

    /// <summary>The time that a network on disk is asked at.</summary>
    public static FunctionExercise<Func<double, double>> FrostedGlass { get; } = FunctionExercise.Of("8.4 frosted glass",
        "The first step of the walk has t = 1000 here, and 999 in the file. Chapter "
            + "07 has met this bug, too.", t => t - 1, 0, [1, 2, 500, 1000],
        (t => t, "that is what the loop does"), (t => t + 1, "at t = 1000 the file has no such time"));
}
