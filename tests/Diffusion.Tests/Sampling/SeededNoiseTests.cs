using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using Diffusion.Sampling;
using static TorchSharp.torch;

namespace Diffusion.Tests.Sampling;

public sealed class SeededNoiseTests
{
    static double[] First(long seed, long first, int count)
    {
        using var noise = new SeededNoise(seed, first, count, 4, 25);
        using Tensor one = noise.Next();
        return one.ToDoubles();
    }

    [Fact]
    public void A_samples_noise_depends_on_seed_and_number_alone()
    {
        Assert.Equal(First(5, 0, 10)[300..500], First(5, 3, 2));
        Assert.NotEqual(First(5, 0, 1), First(5, 1, 1));
        Assert.NotEqual(First(5, 0, 1), First(6, 0, 1));
        Assert.NotEqual(First(5, 1, 1), First(6, 0, 1));
    }

    [Fact]
    public void It_goes_on_from_call_to_call_and_leaves_the_global_generator_alone()
    {
        Compute.Seed(1);
        double[] expected = randn(3).ToDoubles();
        Compute.Seed(1);
        using var noise = new SeededNoise(1, 0, 2, 3);
        using Tensor one = noise.Next(), two = noise.Next();
        Assert.NotEqual(one.ToDoubles(), two.ToDoubles());
        Assert.Equal(expected, randn(3).ToDoubles());
    }

    [Fact]
    public void Neighbouring_samples_and_seeds_are_standard_normal_and_independent()
    {
        double[] x = First(1, 0, 2000), y = First(2, 0, 2000);
        Assert.InRange(KolmogorovSmirnov.Distance(x, Gaussian.Standard.Cdf), 0, KolmogorovSmirnov.CriticalValue(x.Length));
        double error = 4 / Math.Sqrt(x.Length);     // of a correlation that is 0: 1/√n, here four of them
        Assert.InRange(x.Zip(x.Skip(100), (a, b) => a * b).Average(), -error, error);
        Assert.InRange(x.Zip(y, (a, b) => a * b).Average(), -error, error);
    }
}
