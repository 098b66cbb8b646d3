using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Schedules;

/// <summary>
/// How much noise each of the T steps adds, and everything that follows from it. Every table has T+1 entries and is read at the paper's
/// own t: entry t belongs to x_t, entry 0 to clean data (β₀ = 0, ᾱ₀ = 1), so nothing is ever off by one.
/// Computed in float64, cast once to float32 when a tensor asks for it. Notation of Ho, Jain &amp; Abbeel 2020, section 2.
/// </summary>
/// <remarks>The five named curves are in <c>NoiseSchedule.Curves.cs</c>, what makes one schedule from another in
/// <c>NoiseSchedule.Derived.cs</c>.</remarks>
public sealed partial class NoiseSchedule
{
    readonly bool singlePrecision;
    readonly double[] logAlphaBar;      // kept beside ᾱ: a long schedule brings ᾱ below what a double holds, its logarithm stays exact

    NoiseSchedule(string name, IReadOnlyList<double> betas, bool zeroTerminalSnr = false, bool singlePrecision = false)
    {
        if (betas.Count < 1)
            throw new ArgumentException($"The schedule '{name}' has no steps: it needs at least one β.", nameof(betas));
        for (int t = 1; t <= betas.Count; t++)
        {
            double β = betas[t - 1];
            if (!(β > 0 && (β < 1 || (β == 1 && zeroTerminalSnr && t == betas.Count))))     // written so that NaN is refused too
                throw new ArgumentException($"β_{t} is {β}, expected a variance strictly between 0 and 1"
                    + (β == 1 ? ": for a last step that leaves no signal at all, leave β below 1 and take .WithZeroTerminalSnr()." : "."),
                        nameof(betas));
        }

        this.singlePrecision = singlePrecision;
        Name = name;
        T = betas.Count;
        Beta = Table(t => t == 0 ? 0 : betas[t - 1]);
        Alpha = Table(t => Rounded(1 - Beta[t]));
        ScheduleTable product = Running(1, (previous, t) => Alpha[t] * previous);
        AlphaBar = Table(t => Rounded(product[t]));
        OneMinusAlphaBar = singlePrecision ? Table(t => 1 - AlphaBar[t]) : Running(0, (previous, t) => Alpha[t] * previous + Beta[t]);
        logAlphaBar = [.. Running(0, (previous, t) => previous + Log(Alpha[t]))];
        SqrtAlphaBar = Table(t => Sqrt(AlphaBar[t]));
        SqrtOneMinusAlphaBar = Table(t => Sqrt(OneMinusAlphaBar[t]));
        Snr = Table(t => AlphaBar[t] / OneMinusAlphaBar[t]);
        LogSnr = Table(t => logAlphaBar[t] - Log(OneMinusAlphaBar[t]));
        PosteriorMeanOfX0 = Table(t => t == 0 ? double.NaN : SqrtAlphaBar[t - 1] * Beta[t] / OneMinusAlphaBar[t]);
        PosteriorMeanOfXt = Table(t => t == 0 ? double.NaN : Sqrt(Alpha[t]) * OneMinusAlphaBar[t - 1] / OneMinusAlphaBar[t]);
        PosteriorVariance = Table(t => t == 0 ? double.NaN : OneMinusAlphaBar[t - 1] / OneMinusAlphaBar[t] * Beta[t]);
    }

    /// <summary>What the curve is called, as a legend shows it.</summary>
    public string Name { get; }

    /// <summary>The number of steps, at least 1.</summary>
    public int T { get; }

    /// <summary>β_t, the variance that step t adds; β₀ = 0.</summary>
    public ScheduleTable Beta { get; }

    /// <summary>α_t = 1 − β_t.</summary>
    public ScheduleTable Alpha { get; }

    /// <summary>ᾱ_t = α₁·…·α_t: the share of x₀'s variance that is left in x_t. ᾱ₀ = 1.</summary>
    public ScheduleTable AlphaBar { get; }

    /// <summary>1 − ᾱ_t, the variance of q(x_t | x₀), eq. (4). It grows by v ← α_t·v + β_t, which loses no digits where ᾱ_t is near
    /// 1.</summary>
    public ScheduleTable OneMinusAlphaBar { get; }

    /// <summary>√ᾱ_t, what x₀ is multiplied by in x_t, eq. (4).</summary>
    public ScheduleTable SqrtAlphaBar { get; }

    /// <summary>√(1 − ᾱ_t), the standard deviation of the noise in x_t, eq. (4).</summary>
    public ScheduleTable SqrtOneMinusAlphaBar { get; }

    /// <summary>The signal-to-noise ratio ᾱ_t/(1 − ᾱ_t), for data of variance 1; +∞ at t = 0.</summary>
    public ScheduleTable Snr { get; }

    /// <summary>ln SNR(t), from the logarithm of ᾱ_t: exact even where ᾱ_t itself is too small for a double. +∞ at t = 0.</summary>
    public ScheduleTable LogSnr { get; }

    /// <summary>β̃_t = (1−ᾱ_{t−1})/(1−ᾱ_t)·β_t, the variance of q(x_{t−1} | x_t, x₀), eq. (7). β̃₁ is exactly 0; entry 0 is NaN, for
    /// nothing comes before x₀.</summary>
    public ScheduleTable PosteriorVariance { get; }

    /// <summary>√ᾱ_{t−1}·β_t/(1−ᾱ_t), what μ̃_t takes of x₀, eq. (7). Exactly 1 at t = 1; entry 0 is NaN.</summary>
    public ScheduleTable PosteriorMeanOfX0 { get; }

    /// <summary>√α_t·(1−ᾱ_{t−1})/(1−ᾱ_t), what μ̃_t takes of x_t, eq. (7). Exactly 0 at t = 1; entry 0 is NaN.</summary>
    public ScheduleTable PosteriorMeanOfXt { get; }

    /// <summary>The name, T and what is left at the end: <c>linear, T = 1000, ᾱ_T = 4.04E-05</c>.</summary>
    public override string ToString() => $"{Name}, T = {T}, ᾱ_T = {AlphaBar[T]:G3}";

    /// <summary>ᾱ_t/ᾱ_s, the product of the α between s and t: α_t itself for s = t − 1.</summary>
    internal double AlphaBetween(int s, int t) => Rounded(AlphaBar[t] / AlphaBar[s]);

    double Rounded(double value) => singlePrecision ? (float)value : value;

    /// <summary>Refuses a time outside first…T.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sentence names t and T.</exception>
    public void RequireTime(int t, int first)
    {
        if (t < first || t > T)
            throw new ArgumentOutOfRangeException(nameof(t), $"t is {t}, expected {first} to {T}: this schedule has T = {T} steps.");
    }

    internal void RequireTime(Tensor t, int first) => ScheduleTable.RequireTimes(t, first, T);

    ScheduleTable Table(Func<int, double> entry) => new(Enumerable.Range(0, T + 1).Select(entry));

    ScheduleTable Running(double start, Func<double, int, double> next)
    {
        var values = new double[T + 1];
        values[0] = start;
        for (int t = 1; t <= T; t++) values[t] = next(values[t - 1], t);
        return new(values);
    }
}
