using static System.Math;

namespace Diffusion.Schedules;

public sealed partial class NoiseSchedule
{
    /// <summary>
    /// The same curve walked in <paramref name="steps"/> steps instead of T: ᾱ'_t is ᾱ at T·t/steps, interpolated linearly in ln ᾱ. The end
    /// stays the same, ᾱ'_steps = ᾱ_T, so x_T is as noisy as before. (β·T/steps is this rule's small-β approximation, and fails where β is
    /// not small.)
    /// </summary>
    /// <param name="steps">The new number of steps, at least 1; it may be larger than T.</param>
    public NoiseSchedule Rescaled(int steps)
    {
        RequireSteps(steps);
        if (steps == T) return this;
        // β = 1 − ᾱ'_t/ᾱ'_{t−1}, from the difference of logarithms. One step across a long schedule leaves so little that 1 − β rounds to
        // nothing: the largest double below 1 stands for it.
        double β(int t) =>
            Min(-double.ExpM1(LogAlphaBarAt((double)T * t / steps) - LogAlphaBarAt((double)T * (t - 1) / steps)), double.BitDecrement(1));
        bool toNothing = AlphaBar[T] == 0 && Beta[T] == 1;
        return new(Name, [.. Enumerable.Range(1, steps).Select(t => toNothing && t == steps ? 1 : β(t))], toNothing);
    }

    /// <summary>
    /// The schedule with √ᾱ shifted and stretched so that ᾱ_T = 0 (β_T = 1) while ᾱ₁ stays: √ᾱ'_t = (√ᾱ_t − √ᾱ_T)·√ᾱ₁/(√ᾱ₁ − √ᾱ_T). Then
    /// x_T is pure noise, in training as in sampling. Lin, Liu, Li &amp; Yang 2023 (arXiv 2305.08891), section 3.1, algorithm 1; it needs a
    /// model that predicts v or x₀, for at t = T ε says nothing of x₀.
    /// </summary>
    public NoiseSchedule WithZeroTerminalSnr()
    {
        // Each operation rounded, in the order of the paper's algorithm: a schedule in float32 stays the one that diffusers computes.
        double signal(int t) => Rounded(SqrtAlphaBar[t]);
        double first = signal(1), last = signal(T), stretch = Rounded(first / Rounded(first - last));
        double root(int t) => Rounded(Rounded(signal(t) - last) * stretch);
        double ᾱ(int t) => t == 0 ? 1 : Rounded(root(t) * root(t));
        double β(int t) => t == T ? 1 : last == 0 ? Beta[t] : Rounded(1 - Rounded(ᾱ(t) / ᾱ(t - 1)));
        return new(Name + ", zero terminal SNR", [.. Enumerable.Range(1, T).Select(β)], zeroTerminalSnr: true, singlePrecision);
    }

    double LogAlphaBarAt(double t)
    {
        int before = Min((int)t, T);
        if (before == t) return logAlphaBar[before];
        double share = t - before;
        // To a zero end there is no straight line in ln ᾱ: on that one interval √ᾱ falls straight to 0, as WithZeroTerminalSnr makes it.
        return double.IsNegativeInfinity(logAlphaBar[before + 1])
            ? logAlphaBar[before] + 2 * Log(1 - share)
            : (1 - share) * logAlphaBar[before] + share * logAlphaBar[before + 1];
    }
}
