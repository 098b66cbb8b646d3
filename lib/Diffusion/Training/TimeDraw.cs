using Diffusion.Schedules;

namespace Diffusion.Training;

/// <summary>How often a training draws which time t.</summary>
public enum TimeDraw
{
    /// <summary>Each of 1…T as often as any other: Algorithm 1 of Ho, Jain &amp; Abbeel 2020.</summary>
    Uniform,

    /// <summary>
    /// t with a probability in proportion to √(ᾱ_t·(1−ᾱ_t)): most often where signal and noise are equally strong, hardly where there is
    /// only one of them.
    /// </summary>
    Middle,
}

/// <summary>The probabilities behind the names.</summary>
static class TimeProbabilities
{
    /// <summary>The probability of a time of at most 0, 1, … T: T + 1 numbers from 0 to 1, growing; null where all times are equally
    /// probable.</summary>
    internal static double[]? Cumulative(this TimeDraw draw, NoiseSchedule schedule)
    {
        if (draw == TimeDraw.Uniform) return null;
        var sums = new double[schedule.T + 1];
        for (int t = 1; t <= schedule.T; t++) sums[t] = sums[t - 1] + schedule.SqrtAlphaBar[t] * schedule.SqrtOneMinusAlphaBar[t];
        return [.. sums.Select(sum => sum / sums[^1])];
    }
}
