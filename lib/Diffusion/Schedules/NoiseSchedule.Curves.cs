using static System.Math;

namespace Diffusion.Schedules;

public sealed partial class NoiseSchedule
{
    /// <summary>The largest ᾱ_T at which x_T still passes for noise; the curves named here refuse to end above it unless asked.</summary>
    public const double LargestResidualSignal = 0.01;

    /// <summary>β grows evenly from <paramref name="betaStart"/> to <paramref name="betaEnd"/>: Ho et al. 2020, section 4.</summary>
    /// <param name="T">Number of steps, at least 1. The end points are meant for T = 1000: for fewer steps take
    /// <c>.Rescaled(T)</c>.</param>
    /// <param name="betaStart">β₁, in (0, 1).</param>
    /// <param name="betaEnd">β_T, in (0, 1).</param>
    /// <param name="allowResidualSignal">Whether ᾱ_T may exceed <see cref="LargestResidualSignal"/>, to study what then goes wrong.</param>
    public static NoiseSchedule Linear(int T = 1000, double betaStart = 1e-4, double betaEnd = 0.02, bool allowResidualSignal = false) =>
        Curve("linear", T, betaStart, betaEnd, allowResidualSignal, nameof(Linear), share => betaStart + (betaEnd - betaStart) * share);

    /// <summary>√β grows evenly: diffusers' <c>scaled_linear</c>, with which latent diffusion was trained (there 0.00085 to
    /// 0.012).</summary>
    /// <inheritdoc cref="Linear"/>
    public static NoiseSchedule Quadratic(int T = 1000, double betaStart = 1e-4, double betaEnd = 0.02, bool allowResidualSignal = false) =>
        Curve("quadratic", T, betaStart, betaEnd, allowResidualSignal, nameof(Quadratic),
            share => Pow(Sqrt(betaStart) + (Sqrt(betaEnd) - Sqrt(betaStart)) * share, 2));

    /// <summary>β follows the logistic function from −6 to 6: used for molecules by Xu et al. 2022 (GeoDiff), diffusers'
    /// <c>sigmoid</c>.</summary>
    /// <inheritdoc cref="Linear"/>
    public static NoiseSchedule Sigmoid(int T = 1000, double betaStart = 1e-4, double betaEnd = 0.02, bool allowResidualSignal = false) =>
        Curve("sigmoid", T, betaStart, betaEnd, allowResidualSignal, nameof(Sigmoid),
            share => betaStart + (betaEnd - betaStart) / (1 + Exp(6 - 12 * share)));

    /// <summary>Every step adds the same variance: Ho et al. 2020, appendix B, compare with it. The default ends where the linear curve
    /// does.</summary>
    /// <param name="T">Number of steps, at least 1.</param>
    /// <param name="beta">β of every step, in (0, 1).</param>
    /// <param name="allowResidualSignal">Whether ᾱ_T may exceed <see cref="LargestResidualSignal"/>.</param>
    public static NoiseSchedule Constant(int T = 1000, double beta = 0.01, bool allowResidualSignal = false) =>
        Curve("constant", T, beta, beta, allowResidualSignal, nameof(Constant), _ => beta);

    /// <summary>ᾱ_t = f(t)/f(0) with f(t) = cos²((t/T + s)/(1 + s)·π/2): Nichol &amp; Dhariwal 2021, eq. (17); diffusers'
    /// <c>squaredcos_cap_v2</c>.</summary>
    /// <param name="T">Number of steps, at least 1: the curve is defined for each.</param>
    /// <param name="s">Keeps the first steps from being too small, at least 0.</param>
    /// <param name="betaMax">No β above this one, in (0, 1): the curve itself ends in β_T = 1.</param>
    /// <param name="allowResidualSignal">Whether ᾱ_T may exceed <see cref="LargestResidualSignal"/>.</param>
    public static NoiseSchedule Cosine(int T = 1000, double s = 0.008, double betaMax = 0.999, bool allowResidualSignal = false)
    {
        RequireSteps(T);
        if (!(s >= 0 && double.IsFinite(s)))
            throw new ArgumentOutOfRangeException(nameof(s), $"s is {s}, expected 0 or a small positive number such as 0.008.");
        RequireBeta(betaMax, nameof(betaMax));
        double f(int t) => Pow(Cos(((double)t / T + s) / (1 + s) * PI / 2), 2);
        return Ending(new("cosine", [.. Enumerable.Range(1, T).Select(t => Min(1 - f(t) / f(t - 1), betaMax))]),
            allowResidualSignal, nameof(Cosine));
    }

    /// <summary>A schedule from its own numbers, as a scheduler_config.json or a reader gives them. Whatever signal it leaves at the end is
    /// accepted.</summary>
    /// <param name="name">What a legend calls it.</param>
    /// <param name="betas">β₁ … β_T, each in (0, 1).</param>
    /// <exception cref="ArgumentException">There is none, or one lies outside (0, 1): the message names its index and value.</exception>
    public static NoiseSchedule FromBetas(string name, IEnumerable<double> betas) => new(name, [.. betas]);

    /// <summary>
    /// A schedule from β in float32, as diffusers holds them: α and ᾱ are rounded to float32 too. Near t = 0, where 1 − ᾱ_t is small, that
    /// moves it by parts in a thousand, and a network trained there knows no other.
    /// </summary>
    /// <param name="name">What a legend calls it.</param>
    /// <param name="betas">β₁ … β_T, each in (0, 1); the last may be 1, as <see cref="WithZeroTerminalSnr"/> makes it.</param>
    public static NoiseSchedule FromSinglePrecision(string name, IEnumerable<float> betas)
    {
        double[] exact = [.. betas.Select(β => (double)β)];
        return new(name, exact, zeroTerminalSnr: exact is [.., 1], singlePrecision: true);
    }

    // share runs from 0 at t = 1 to 1 at t = T, as torch.linspace does; a single step sits at the start.
    static NoiseSchedule Curve(string name, int T, double betaStart, double betaEnd, bool allowResidualSignal,
        string factory, Func<double, double> β)
    {
        RequireSteps(T);
        RequireBeta(betaStart, nameof(betaStart));
        RequireBeta(betaEnd, nameof(betaEnd));
        return Ending(new(name, [.. Enumerable.Range(0, T).Select(i => β(T == 1 ? 0 : i / (T - 1.0)))]), allowResidualSignal, factory);
    }

    static NoiseSchedule Ending(NoiseSchedule schedule, bool allowResidualSignal, string factory)
    {
        double left = schedule.AlphaBar[schedule.T];
        if (left <= LargestResidualSignal || allowResidualSignal) return schedule;
        throw new ArgumentException($"ᾱ_T is {left:G3} at T = {schedule.T}, expected at most {LargestResidualSignal}: x_T "
            + "would still show the data. "
            + $"Take NoiseSchedule.{factory}().Rescaled({schedule.T}), or allowResidualSignal: true to see what goes wrong.");
    }

    static void RequireSteps(int T)
    {
        if (T < 1) throw new ArgumentOutOfRangeException(nameof(T), $"T is {T}, expected at least 1 step.");
    }

    static void RequireBeta(double β, string name)
    {
        if (!(β > 0 && β < 1))
            throw new ArgumentOutOfRangeException(name, $"{name} is {β}, expected a variance strictly between 0 and 1.");
    }
}
