using Diffusion.Devices;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Diffusion.Sampling;

/// <summary>
/// Walks from noise to data along pairs of times (t, s). Every step is the same line, and the published samplers are numbers in it:
/// <code>
/// x̂₀ from the network, clipped      x_s = √ᾱ_s·x̂₀ + √(1 − ᾱ_s − η²β̃)·ε̂ + σ·z,   z ~ N(0, I)
///
///                        s after t      η    σ²         ε̂ recomputed from the clipped x̂₀
/// DDPM (Ho et al.)       next time      1    β̃ or β     yes
/// DDIM (Song et al.)     t − ⌊T/N⌋      0    0          yes (in diffusers where use_clipped_model_output says so)
/// DDIM with noise        t − ⌊T/N⌋      η    η²β̃        yes
/// </code>
/// With η = 1 and ε̂ recomputed the first two terms are the posterior mean μ̃ of eq. (7) taken at x̂₀: chapter 07 checks it. β̃ and β are
/// those of the jump from t to s; η and σ² are one value, <see cref="ReverseVariance"/>.
/// </summary>
public sealed record Sampler
{
    /// <summary>A sampler with DDPM's numbers; others are given with it, or with <c>sampler with { Clip = null }</c> afterwards.</summary>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="steps">The pairs (t, s), s &lt; t, in the order of the walk; a last (1, 1) is allowed, where
    /// diffusers' DDIM with <c>set_alpha_to_one</c> false stays.</param>
    public Sampler(NoiseSchedule schedule, IReadOnlyList<(int T, int S)> steps) => (Schedule, Steps) = (schedule, steps);

    /// <summary>The noise levels.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The pairs (t, s) in the order of the walk.</summary>
    public IReadOnlyList<(int T, int S)> Steps { get; init => field = Checked(Schedule, value); }

    /// <summary>What the network predicts.</summary>
    public Parameterization Parameterization { get; init; }

    /// <summary>σ², and η with it; the step from t = 1 adds no noise, whichever it is: Algorithm 2 of Ho et al. 2020.</summary>
    public ReverseVariance Variance { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } =
        ReverseVariance.Posterior;

    /// <summary>x̂₀ is clipped to ± this; null leaves it.</summary>
    public double? Clip { get; init; } = 1;

    /// <summary>Cuts x̂₀ at a quantile of its own in place of <see cref="Clip"/>; null does not.</summary>
    public DynamicThreshold? Threshold { get; init; }

    /// <summary>Whether ε̂ is computed again from the clipped or thresholded x̂₀, so that both agree.</summary>
    /// <remarks>
    /// With ε̂ as it was said, a clip by δ moves x_s by √ᾱ_s·δ, however short the step is: the more steps, the farther off. Computed again,
    /// by (√ᾱ_s − √ᾱ_t·√(1−ᾱ_s)/√(1−ᾱ_t))·δ, which vanishes with the step.
    /// </remarks>
    public bool RecomputesNoise { get; init; } = true;

    /// <summary>Algorithm 2 of Ho et al. 2020, over all T times or N of them.</summary>
    /// <param name="schedule">The noise levels the network was trained with.</param>
    /// <param name="steps">N, from 1 to T; all T unless said.</param>
    /// <param name="variance">β̃ unless said; or β.</param>
    public static Sampler Ddpm(NoiseSchedule schedule, int? steps = null, ReverseVariance? variance = null) =>
        new(schedule, ReverseTimes.Following(ReverseTimes.Times(schedule.T, steps ?? schedule.T)))
        { Variance = variance ?? ReverseVariance.Posterior };

    /// <summary>DDIM, Song, Meng &amp; Ermon 2021: without fresh noise, so the same start gives the same end, and few steps do.</summary>
    /// <param name="schedule">The noise levels the network was trained with.</param>
    /// <param name="steps">N, from 1 to T.</param>
    /// <param name="eta">η, 0 to 1.</param>
    /// <remarks>diffusers' DDIM clips and keeps ε̂ unless told otherwise: <c>with { RecomputesNoise = false }</c>.</remarks>
    public static Sampler Ddim(NoiseSchedule schedule, int steps = 50, double eta = 0) =>
        new(schedule, ReverseTimes.Striding(ReverseTimes.Times(schedule.T, steps), schedule.T))
        { Variance = ReverseVariance.Scaled(eta) };

    /// <summary>The walk, lazily: each step is computed when it is asked for.</summary>
    /// <param name="predict">The network: (x_t, t) with t int64 (B) in the workbook's times 1…T, giving what <see cref="Parameterization"/>
    /// says.</param>
    /// <param name="start">x at the first time, (B, …), usually N(0, I). Stays the caller's.</param>
    /// <param name="noiseOf">z of step i in place of a fresh draw, for parity; stays the caller's.</param>
    public IEnumerable<ReverseStep> Walk(Func<Tensor, Tensor, Tensor> predict, Tensor start, Func<int, Tensor>? noiseOf = null)
    {
        Tensor x = start.alias().DetachFromDisposeScope();
        Tensor? x0 = null;
        try
        {
            for (int i = 0; i < Steps.Count; i++)
            {
                Interruption.ThrowIfAsked();
                ReverseStep step = Advance(predict, x, i, noiseOf);
                x.Dispose();
                x0?.Dispose();
                (x, x0) = (step.X, step.X0);
                yield return step;
            }
        }
        finally
        {
            x.Dispose();
            x0?.Dispose();
        }
    }

    /// <summary>The end of the walk: (B, …), owned by the caller.</summary>
    /// <inheritdoc cref="Walk"/>
    public Tensor Sample(Func<Tensor, Tensor, Tensor> predict, Tensor start)
    {
        Tensor? end = null;
        int last = Steps.Count - 1;
        foreach ((int i, ReverseStep step) in Walk(predict, start).Index())
            if (i == last) end = step.X.clone();
        return end!;
    }

    /// <summary>One step from t to s with the network's answer given.</summary>
    /// <param name="xt">x_t.</param>
    /// <param name="output">What the network said of it.</param>
    /// <param name="t">1 to T.</param>
    /// <param name="s">0 to t − 1; also 1 where t is 1.</param>
    /// <param name="z">The fresh noise; drawn when left out.</param>
    /// <returns>x_s and x̂₀, owned by the caller.</returns>
    public (Tensor X, Tensor X0) Step(Tensor xt, Tensor output, int t, int s, Tensor? z = null)
    {
        double ᾱt = Schedule.AlphaBar[t], ᾱs = Schedule.AlphaBar[s];
        double α = Schedule.AlphaBetween(s, t), β = 1 - α, β̃ = (1 - ᾱs) / (1 - ᾱt) * β;
        double η = Variance.Eta, variance = Variance.Of(β, β̃);
        using var scope = NewDisposeScope();
        var said = new Prediction(Schedule, xt, t, output, Parameterization);
        Tensor ε = said.As(Parameterization.Epsilon);
        // Where ᾱ_t = 0 the noise says nothing of x₀, and what published samplers clip is (x_t − ε)/0.
        Tensor x0 = ᾱt == 0 && Parameterization == Parameterization.Epsilon
            && Clip is not null ? (xt - ε) / 0.0 : said.As(Parameterization.X0);
        if (Threshold is not null || Clip is not null)
        {
            x0 = Threshold?.Apply(x0) ?? x0.clamp(-Clip!.Value, Clip.Value);
            if (RecomputesNoise && η != 1) ε = new Prediction(Schedule, xt, t, x0, Parameterization.X0).As(Parameterization.Epsilon);
        }
        Tensor x = RecomputesNoise && η == 1
            // eq. (7): the same, with one rounding less where 1 − ᾱ is small
            ? Math.Sqrt(ᾱs) * β / (1 - ᾱt) * x0 + Math.Sqrt(α) * (1 - ᾱs) / (1 - ᾱt) * xt
            : Math.Sqrt(ᾱs) * x0 + Math.Sqrt(Math.Max(0, 1 - ᾱs - η * η * β̃)) * ε;
        if (t > 1 && variance > 0) x = x + Math.Sqrt(variance) * (z ?? randn_like(x));
        return (x.MoveToOuterDisposeScope(), x0.alias().MoveToOuterDisposeScope());
    }

    ReverseStep Advance(Func<Tensor, Tensor, Tensor> predict, Tensor x, int i, Func<int, Tensor>? noiseOf)
    {
        (int t, int s) = Steps[i];
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor times = full([x.shape[0]], t, dtype: ScalarType.Int64, device: x.device);
        (Tensor next, Tensor x0) = Step(x, predict(x, times), t, s, noiseOf?.Invoke(i));
        return new(t, s, next.DetachFromDisposeScope(), x0.DetachFromDisposeScope());
    }

    static IReadOnlyList<(int T, int S)> Checked(NoiseSchedule schedule, IReadOnlyList<(int T, int S)> steps)
    {
        if (steps.Count == 0) throw new ArgumentException("The walk has no steps, expected at least one pair (t, s).", nameof(steps));
        foreach ((int t, int s) in steps)
            if (t < 1 || t > schedule.T || s < 0 || s > Math.Max(1, t - 1))
                throw new ArgumentException($"The walk has a step from t = {t} to s = {s}, expected 0 ≤ s < t ≤ "
                    + $"{schedule.T}, or from 1 to 1.", nameof(steps));
        return steps;
    }
}
