using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Objective;

/// <summary>
/// The probability of 8-bit values under a normal law, Ho, Jain &amp; Abbeel 2020, eq. (13): a value x is one of −1, −1 + 2/255, …, 1 and
/// owns the law's mass between x − 1/255 and x + 1/255; the first owns everything below, too, and the last everything above, so the 256
/// probabilities sum to 1.
/// </summary>
public static class DiscretisedGaussian
{
    /// <summary>Half the distance of neighbouring values, 1/255.</summary>
    public const double HalfStep = 1.0 / 255;

    /// <summary>
    /// ln ∏ ∫ N(x; μ, σ²) over each value's interval, for every item, summed over all dimensions but the first. Computed in float64, finite
    /// far out in the tails where the integral itself is 0.
    /// </summary>
    /// <param name="x">The batch (B, …) with values from −1 to 1 in steps of 2/255.</param>
    /// <param name="mean">μ, broadcastable to (B, …).</param>
    /// <param name="variance">σ² &gt; 0, broadcastable to (B, …).</param>
    /// <returns>(B) float64, in nats, at most 0; owned by the caller.</returns>
    public static Tensor LogProbability(Tensor x, Tensor mean, Tensor variance)
    {
        using var scope = NewDisposeScope();
        Tensor value = x.to(ScalarType.Float64), deviation = variance.to(ScalarType.Float64).sqrt(),
            centred = value - mean.to(ScalarType.Float64);
        Tensor low = where(value < -1 + HalfStep, double.NegativeInfinity, (centred - HalfStep) / deviation);
        Tensor high = where(value > 1 - HalfStep, double.PositiveInfinity, (centred + HalfStep) / deviation);
        // Φ(high) − Φ(low) loses all digits where both are near 1; mirrored about 0 the same mass is a difference of two small numbers.
        Tensor mirrored = low + high > 0;
        (low, high) = (where(mirrored, -high, low), where(mirrored, -low, high));
        Tensor logHigh = LogCdf(high);
        return DiagonalGaussian.PerItem(logHigh + (LogCdf(low) - logHigh).expm1().neg().log(), x).MoveToOuterDisposeScope();
    }

    // ln Φ(z). Far out, where Φ itself underflows, by its asymptotic series φ(z)/|z|·(1 − u(1 − 3u(1 − 5u(…)))) with u = 1/z², which is
    // exact to rounding there. (The special.erfcx of TorchSharp 0.107, which would do the same, returns erfc.)
    static Tensor LogCdf(Tensor z)
    {
        Tensor far = z.clamp(max: -20), series = ones_like(z);
        for (int k = 15; k >= 1; k -= 2) series = 1 - k * series / far.square();
        return where(z < -20, -0.5 * z.square() - (far * -Sqrt(2 * PI)).log() + series.log(), (special.erfc(z * -Sqrt(0.5)) / 2).log());
    }
}
