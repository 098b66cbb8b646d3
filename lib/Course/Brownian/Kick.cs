using Course.Evaluation;
using Diffusion.Devices;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Brownian;

/// <summary>One blow that a water molecule gives the ink: a random number of mean 0. What counts in the sum of many is only its
/// variance.</summary>
/// <remarks>All but Cauchy's have variance 1, so a sum of n of them divided by √n has variance 1 too.</remarks>
public sealed record Kick
{
    readonly Action<Tensor> fill;

    Kick(string name, double standardDeviation, double thirdAbsoluteMoment, Action<Tensor> fill) =>
        (Name, StandardDeviation, ThirdAbsoluteMoment, this.fill) = (name, standardDeviation, thirdAbsoluteMoment, fill);

    /// <summary>A step to the left or the right, with equal probability: +1 or −1.</summary>
    public static Kick PlusMinusOne { get; } = new("±1", 1, 1, kick => kick.bernoulli_(0.5).mul_(2).sub_(1));

    /// <summary>Evenly from [−√3, √3].</summary>
    public static Kick Uniform { get; } = new("uniform", 1, 3 * Sqrt(3) / 4, kick => kick.uniform_(-Sqrt(3), Sqrt(3)));

    /// <summary>An exponential waiting time less its mean: lopsided, mostly a little to the left and sometimes far to the right.</summary>
    public static Kick CentredExponential { get; } = new("centred exponential", 1, 12 / E - 2, kick => kick.exponential_(1).sub_(1));

    /// <summary>N(0, 1): its sums are normal from the first on.</summary>
    public static Kick Normal { get; } = new("Gaussian", 1, 2 * Sqrt(2 / PI), kick => kick.normal_(0, 1));

    /// <summary>Cauchy's law 1/(π(1+k²)): symmetric about 0, but with tails so heavy that it has no mean and E[k²] is infinite. The
    /// counter-example: averages of n such kicks have the law of one.</summary>
    public static Kick Cauchy { get; } = new("Cauchy", double.PositiveInfinity, double.PositiveInfinity, kick => kick.cauchy_(0, 1));

    /// <summary>What a legend calls it.</summary>
    public string Name { get; }

    /// <summary>σ of one kick: 1, or +∞ for Cauchy's.</summary>
    public double StandardDeviation { get; }

    /// <summary>E|k|³, which the Berry–Esseen bound asks for; +∞ for Cauchy's.</summary>
    public double ThirdAbsoluteMoment { get; }

    /// <summary>How far the law of the sum of n kicks can still be from N(0, 1): <see cref="Statistics.BerryEsseenBound"/>.</summary>
    public double BerryEsseenBound(long n) => Statistics.BerryEsseenBound(ThirdAbsoluteMoment, StandardDeviation, n);

    /// <summary>Single kicks.</summary>
    /// <param name="samples">How many.</param>
    /// <returns>float32 (samples) on <see cref="Compute.Device"/>, owned by the caller.</returns>
    public Tensor Sample(long samples) => NormalisedSum(1, samples);

    /// <summary>S_n/√n for each of many molecules, S_n being the sum of n independent kicks: what the central limit theorem speaks
    /// of.</summary>
    /// <param name="n">How many kicks each molecule gets, at least 1.</param>
    /// <param name="samples">How many molecules, at least 1.</param>
    /// <returns>float32 (samples) on <see cref="Compute.Device"/>, owned by the caller.</returns>
    public Tensor NormalisedSum(int n, long samples)
    {
        if (n < 1) throw new ArgumentOutOfRangeException(nameof(n), $"n is {n}, expected at least 1 kick.");
        if (samples < 1) throw new ArgumentOutOfRangeException(nameof(samples), $"samples is {samples}, expected at least 1.");
        using var scope = NewDisposeScope();
        Tensor sum = zeros(samples, device: Compute.Device), kick = empty(samples, device: Compute.Device);
        for (int i = 0; i < n; i++)
        {
            using var step = NewDisposeScope();
            fill(kick);
            sum.add_(kick);
        }
        return sum.div_(Sqrt(n)).MoveToOuterDisposeScope();
    }

    /// <summary>The kick's name.</summary>
    public override string ToString() => Name;
}
