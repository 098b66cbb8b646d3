using Diffusion.Forward;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Objective;

/// <summary>
/// The terms of the variational bound −ln p_θ(x₀) ≤ L_T + Σ L_{t−1} + L_0 of Ho, Jain &amp; Abbeel 2020, eq. (5), in closed form: every
/// divergence is one between Gaussians. Values are in nats for each item of a batch, summed over its dimensions.
/// </summary>
/// <remarks>Averaged over draws x_t ~ q(x_t | x₀) the terms sum to the bound; chapter 05 derives it.</remarks>
public sealed class VariationalBound
{
    /// <summary>The bound of a model whose reverse steps have a fixed variance.</summary>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="variance">σ_t²: β_t unless said, or <see cref="ReverseVariance.Posterior"/> for β̃_t.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another variance: the bound is that of Ho et al., section 3.2.</exception>
    public VariationalBound(NoiseSchedule schedule, ReverseVariance? variance = null)
    {
        variance ??= ReverseVariance.Forward;
        if (variance.Eta != 1)
            throw new ArgumentOutOfRangeException(nameof(variance), $"The reverse variance is {variance}, expected Forward (σ² = β) or "
                + "Posterior (σ² = β̃): the bound is that of Ho et al., section 3.2.");
        (Schedule, ReverseVariance) = (schedule, variance);
    }

    /// <summary>The noise levels.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Which variance the reverse steps have.</summary>
    public ReverseVariance ReverseVariance { get; }

    /// <summary>The variance of the last step, the decoder p_θ(x₀ | x₁): β₁ whatever <see cref="ReverseVariance"/> is, for β̃₁ = 0 would
    /// give data a density of 0 or ∞.</summary>
    public double DecoderVariance => Schedule.Beta[1];

    /// <summary>σ_t² of p_θ(x_{t−1} | x_t), eq. (1) and section 3.2.</summary>
    /// <param name="t">1 to T; at 1 it is <see cref="DecoderVariance"/>.</param>
    public double Variance(int t)
    {
        Schedule.RequireTime(t, 1);
        return t == 1 ? DecoderVariance : ReverseVariance.Of(Schedule.Beta[t], Schedule.PosteriorVariance[t]);
    }

    /// <summary>β_t²/(2σ_t²α_t(1−ᾱ_t)), what ‖ε − ε_θ‖² is multiplied by in L_{t−1}, eq. (12).</summary>
    /// <param name="t">1 to T. At t = 1 it is 1/(2α₁) for σ² = β, where it is right for the decoder too, and +∞ for σ² = β̃, for β̃₁ =
    /// 0.</param>
    public double Weight(int t)
    {
        Schedule.RequireTime(t, 1);
        double β = Schedule.Beta[t], σ2 = ReverseVariance.Of(β, Schedule.PosteriorVariance[t]);
        return β * β / (2 * σ2 * Schedule.Alpha[t] * Schedule.OneMinusAlphaBar[t]);
    }

    /// <summary>
    /// What L_{t−1} holds beside the weighted error, for each dimension, the C of eq. (8): ½·(β̃_t/σ_t² − 1 − ln(β̃_t/σ_t²)). It is 0 for
    /// σ² = β̃ and no network can change it.
    /// </summary>
    /// <param name="t">2 to T.</param>
    public double Constant(int t)
    {
        Schedule.RequireTime(t, 2);
        if (ReverseVariance == ReverseVariance.Posterior) return 0;
        double below = 1 - Schedule.OneMinusAlphaBar[t - 1] / Schedule.OneMinusAlphaBar[t];     // 1 − β̃/β
        return 0.5 * (-below - double.LogP1(-below));
    }

    /// <summary>L_T = KL(q(x_T | x₀) ‖ N(0, I)), eq. (5): what is left of the data at the end. Nothing in it is learned.</summary>
    /// <param name="x0">x₀ (B, …).</param>
    /// <returns>(B), owned by the caller.</returns>
    public Tensor Prior(Tensor x0)
    {
        using var scope = NewDisposeScope();
        return DiagonalGaussian.KullbackLeibler(Schedule.SqrtAlphaBar[Schedule.T] * x0, Schedule.OneMinusAlphaBar[Schedule.T], 0.0, 1.0)
            .MoveToOuterDisposeScope();
    }

    /// <summary>L_{t−1} = KL(q(x_{t−1} | x_t, x₀) ‖ p_θ(x_{t−1} | x_t)) at one x_t, eq. (5) and (8), the terms with the variances
    /// included.</summary>
    /// <param name="x0">x₀ (B, …).</param>
    /// <param name="xt">x_t (B, …), a draw from q(x_t | x₀).</param>
    /// <param name="t">2 to T; for t = 1 see <see cref="Reconstruction"/>.</param>
    /// <param name="output">What the network said of x_t (B, …).</param>
    /// <param name="target">Under which name.</param>
    /// <returns>(B), owned by the caller.</returns>
    public Tensor Denoising(Tensor x0, Tensor xt, int t, Tensor output, Parameterization target = Parameterization.Epsilon)
    {
        Schedule.RequireTime(t, 2);
        using var scope = NewDisposeScope();
        (Tensor mean, double variance) = new ForwardProcess(Schedule).Posterior(xt, x0, t);
        Tensor model = new Prediction(Schedule, xt, t, output, target).As(Parameterization.PosteriorMean);
        return DiagonalGaussian.KullbackLeibler(mean, variance, model, Variance(t)).MoveToOuterDisposeScope();
    }

    /// <summary>L_0 = −ln N(x₀; μ_θ(x₁, 1), β₁·I) at one x₁, eq. (5), for data that are any real numbers. A density may exceed 1, so this
    /// can be negative.</summary>
    /// <param name="x0">x₀ (B, …).</param>
    /// <param name="x1">x₁ (B, …), a draw from q(x₁ | x₀).</param>
    /// <param name="output">What the network said of x₁ (B, …).</param>
    /// <param name="target">Under which name.</param>
    /// <returns>(B), owned by the caller.</returns>
    public Tensor Reconstruction(Tensor x0, Tensor x1, Tensor output, Parameterization target = Parameterization.Epsilon)
    {
        using var scope = NewDisposeScope();
        return DiagonalGaussian.LogDensity(x0, DecoderMean(x1, output, target), DecoderVariance).neg().MoveToOuterDisposeScope();
    }

    /// <summary>L_0 for 8-bit data, whose probabilities sum to 1: the discretised decoder of eq. (13), see <see
    /// cref="DiscretisedGaussian"/>. Never negative.</summary>
    /// <param name="x0">x₀ (B, …) with values from −1 to 1 in steps of 2/255.</param>
    /// <param name="x1">x₁ (B, …), a draw from q(x₁ | x₀).</param>
    /// <param name="output">What the network said of x₁ (B, …).</param>
    /// <param name="target">Under which name.</param>
    /// <returns>(B) float64, owned by the caller.</returns>
    public Tensor EightBitReconstruction(Tensor x0, Tensor x1, Tensor output, Parameterization target = Parameterization.Epsilon)
    {
        using var scope = NewDisposeScope();
        return DiscretisedGaussian.LogProbability(x0, DecoderMean(x1, output, target), DecoderVariance).neg().MoveToOuterDisposeScope();
    }

    /// <summary>Nats of an item as bits for each of its dimensions: nats/(d·ln 2).</summary>
    /// <param name="nats">(B).</param>
    /// <param name="x0">The batch (B, …) that they belong to, which says d.</param>
    /// <returns>(B), owned by the caller.</returns>
    public static Tensor BitsPerDimension(Tensor nats, Tensor x0) => nats / (x0.numel() / x0.shape[0] * Log(2));

    Tensor DecoderMean(Tensor x1, Tensor output, Parameterization target) =>
        new Prediction(Schedule, x1, 1, output, target).As(Parameterization.PosteriorMean);
}
