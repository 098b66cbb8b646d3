using static TorchSharp.torch;

namespace Diffusion;

/// <summary>
/// Classifier-free guidance (Ho &amp; Salimans 2022): a network that was trained with labels, some of them dropped, knows the noise of a 7 and the noise
/// of any digit, and a step past the first, away from the second, draws what is more of a 7.
/// <code>
/// ε̂ = ε_θ(x_t, t, ∅) + w·(ε_θ(x_t, t, y) − ε_θ(x_t, t, ∅))
/// w = 0   any class         w = 1   class y as it was learned         w > 1   more of y, and less variety
/// </code>
/// </summary>
/// <remarks>
/// The paper's weight (eq. 6) is w − 1: 0 there is the class as it was learned. The two parts' weights sum to 1, and for one x_t the other predictions
/// (x₀, v) are affine in ε, so the same line holds for networks that predict those.
/// <para>
/// The x̂₀ of a guided ε̂ lies outside the data's range nearly everywhere. A sampler that clips it must compute ε̂ again from what is left
/// (<see cref="Sampler.RecomputesNoise"/>, as DDPM does); one that keeps the old ε̂, as DDIM does unless told, walks to noise that fits no picture:
/// mnist-ddpm-class at η = 0, w = 2 in 50 steps then follows the class in 28 of 100 cases, and in 100 with it computed again.
/// </para>
/// </remarks>
public static class Guidance
{
    /// <summary>ε̂ of both predictions, computed in one batch of 2B; at w = 1 only the one that counts, and any network with classes will do.</summary>
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
        if (weight == 1) return network.PredictNoise(x, t, labels);
        using var scope = NewDisposeScope();
        Tensor both = cat([labels, full_like(labels, network.Config.NullClass!.Value)]);                            // (2B)
        Tensor[] ε = network.PredictNoise(cat([x, x]), cat([t, t]), both).chunk(2);                                 // 2 × (B, C, H, W)
        return (ε[1] + weight * (ε[0] - ε[1])).MoveToOuterDisposeScope();
    }

    internal static void Require(UNet network, double weight)
    {
        if (!double.IsFinite(weight)) throw new ArgumentOutOfRangeException(nameof(weight), $"The guidance is {weight}, expected a finite number: 1 draws the class as it was learned.");
        if (weight != 1 && network.Config.NullClass is null)
            throw new ArgumentException("Guidance needs a network that was trained with dropped labels, and this one has no null class (_null_class in its config.json): draw with 1.", nameof(network));
    }
}
