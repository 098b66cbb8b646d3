using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>
/// A time as a vector of sines and cosines of many frequencies (Vaswani et al. 2017, section 3.5): near times look alike, far ones do not,
/// and a linear map of it can turn a clock hand of any speed. Nothing here is learned.
/// </summary>
public sealed class Timesteps : nn.Module<Tensor, Tensor>
{
    readonly long channels;
    readonly bool cosinesFirst;
    readonly double shift;

    /// <summary>Builds the embedding.</summary>
    /// <param name="channels">Length of the vector; where it is odd its last entry is 0.</param>
    /// <param name="cosinesFirst">Whether the cosines stand before the sines.</param>
    /// <param name="shift">Frequency i of n is 10000^(−i/(n − shift)); must differ from n = ⌊channels/2⌋.</param>
    public Timesteps(long channels, bool cosinesFirst = false, double shift = 0) : base(nameof(Timesteps)) =>
        (this.channels, this.cosinesFirst, this.shift) = (channels, cosinesFirst, shift);

    /// <summary>(B) → (B, channels), always float32: at t = 999 a coarser type would blur the fast hands.</summary>
    public override Tensor forward(Tensor t)
    {
        using var scope = NewDisposeScope();
        long n = channels / 2;
        Tensor exponents = -Math.Log(10_000) * arange(0, n, dtype: ScalarType.Float32, device: t.device) / (n - shift); // (n)
        Tensor angles = t.to(ScalarType.Float32).unsqueeze(1) * exponents.exp();                                        // (B, n)
        Tensor[] hands = cosinesFirst ? [angles.cos(), angles.sin()] : [angles.sin(), angles.cos()];
        Tensor both = cat(hands, 1);                                                                                    // (B, 2n)
        return (channels % 2 == 0 ? both : nn.functional.pad(both, [0, 1])).MoveToOuterDisposeScope();
    }
}
