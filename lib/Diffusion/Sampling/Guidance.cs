using Diffusion.Devices;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Diffusion.Sampling;

/// <summary>
/// A step past a good prediction, away from a poorer one.
/// <para>
/// Classifier-free guidance (Ho &amp; Salimans 2022): a network that was trained with labels, some of them dropped, knows the noise of a 7
/// and the noise of any digit, and a step past the first, away from the second, draws what is more of a 7.
/// <code>
/// ε̂ = ε_θ(x_t, t, ∅) + w·(ε_θ(x_t, t, y) − ε_θ(x_t, t, ∅))
/// w = 0   any class         w = 1   class y as it was learned         w > 1   more of y, and less variety
/// </code>
/// </para>
/// <para>
/// Autoguidance (Karras et al. 2024) needs no classes: the poorer prediction is that of a network which has learned less of the same data.
/// Where the two differ the good one has gone some of the way to the data, and the step goes on.
/// </para>
/// </summary>
/// <remarks>
/// The paper's weight (eq. 6) is w − 1: 0 there is the class as it was learned. The two parts' weights sum to 1, and for one x_t the other
/// predictions (x₀, v) are affine in ε, so the same line holds for networks that predict those.
/// <para>
/// The x̂₀ of a guided ε̂ lies outside the data's range nearly everywhere. A sampler that clips it must compute ε̂ again from what is left
/// (<see cref="Sampler.RecomputesNoise"/>); one that keeps the old ε̂, as diffusers' DDIM does unless told, walks to noise that fits no
/// picture: mnist-ddpm-class at η = 0, w = 2 in 50 steps then follows the class in 28 of 100 cases, and in 100 with it computed again.
/// </para>
/// </remarks>
public static class Guidance
{
    /// <summary>ε̂ of both predictions, computed in one batch of 2B; at w = 1 only the one that counts, and any network with classes will
    /// do.</summary>
    /// <param name="network">A network whose config has a <see cref="UNetConfig.NullClass"/> ∅.</param>
    /// <param name="x">x_t (B, C, H, W).</param>
    /// <param name="t">int64 (B), every entry from 1 to T.</param>
    /// <param name="labels">y, int64 (B), each from 0; on the CPU their range is checked.</param>
    /// <param name="weight">w, any finite number.</param>
    /// <returns>ε̂ (B, C, H, W), owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is no null class, or the weight is no finite number.</exception>
    public static Tensor PredictGuided(this UNet network, Tensor x, Tensor t, Tensor labels, double weight)
    {
        Require(network, weight);
        if (weight == 1) return network.Predict(x, t, labels);
        using var scope = NewDisposeScope();
        Tensor both = cat([labels, full_like(labels, network.Config.NullClass!.Value)]);                            // (2B)
        Tensor[] ε = network.Predict(cat([x, x]), cat([t, t]), both).chunk(2);                                 // 2 × (B, C, H, W)
        return (ε[1] + weight * (ε[0] - ε[1])).MoveToOuterDisposeScope();
    }

    /// <summary>ε̂ = ε_weaker + w·(ε_θ − ε_weaker): the network guided away from one that has learned less (Karras et al. 2024).</summary>
    /// <param name="network">The good network ε_θ.</param>
    /// <param name="weaker">A network for the same data, schedule and target that was trained for less long, or is smaller.</param>
    /// <param name="x">x_t (B, …).</param>
    /// <param name="t">int64 (B), every entry from 1 to T.</param>
    /// <param name="weight">w, any finite number; 1 is the network as it is.</param>
    /// <param name="times">The t at which it is guided, first and last, as it is elsewhere (Kynkäänniemi et al. 2024); null for
    /// all.</param>
    /// <param name="labels">y, int64 (B), for networks with classes; null without.</param>
    /// <returns>ε̂ (B, …), owned by the caller.</returns>
    /// <exception cref="ArgumentException">The weight is no finite number.</exception>
    public static Tensor PredictGuided(this Denoiser network, Denoiser weaker, Tensor x, Tensor t, double weight,
        (int First, int Last)? times = null, Tensor? labels = null)
    {
        RequireFinite(weight);
        using var scope = NewDisposeScope();
        Tensor ε = network.Predict(x, t, labels);
        Tensor further = (weight - 1) * (ε - weaker.Predict(x, t, labels));
        if (times is { } range)
            further = further * (t >= range.First).logical_and(t <= range.Last).PerItem(x.dim());
        return (ε + further).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A teacher that says ε̂ of <see cref="PredictGuided(Denoiser, Denoiser, Tensor, Tensor, double, ValueTuple{int, int}?, Tensor?)"/>
    /// with its x̂₀ clipped to [−1, 1], so that what is learned always belongs to a picture. Who learned ε̂ as it is would walk to none by
    /// DDIM, which goes on with the noise as it was said.
    /// </summary>
    /// <param name="network">The good network.</param>
    /// <param name="weaker">One that has learned less of the same.</param>
    /// <param name="schedule">The noise levels of both.</param>
    /// <param name="target">What both learned to say, and the teacher says.</param>
    /// <param name="weight">w, any finite number; 1 is the network as it is, clipped.</param>
    /// <param name="times">The t at which it is guided, first and last; null for all.</param>
    public static Teacher AwayFrom(this Denoiser network, Denoiser weaker, NoiseSchedule schedule, Parameterization target, double weight,
        (int First, int Last)? times = null) =>
        (xt, t, labels) =>
        {
            using var scope = NewDisposeScope();
            Tensor x0 = new Prediction(schedule, xt, t, network.PredictGuided(weaker, xt, t, weight, times, labels), target)
                .As(Parameterization.X0).clamp(-1, 1);
            return new Prediction(schedule, xt, t, x0, Parameterization.X0).As(target).MoveToOuterDisposeScope();
        };

    static void RequireFinite(double weight)
    {
        if (!double.IsFinite(weight))
            throw new ArgumentOutOfRangeException(nameof(weight), $"The guidance is {weight}, expected a finite number: 1 draws what was "
                + "learned as it was learned.");
    }

    /// <summary>Refuses a weight that is no finite number, or a guidance that the network cannot follow.</summary>
    /// <exception cref="ArgumentException">The sentence says which.</exception>
    public static void Require(UNet network, double weight)
    {
        RequireFinite(weight);
        if (weight != 1 && network.Config.NullClass is null)
            throw new ArgumentException("Guidance needs a network that was trained with dropped labels, and this one has no null class "
                + "(_null_class in its config.json): draw with 1.", nameof(network));
    }
}
