using Course.Brownian;
using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Brownian;

public sealed class KickTests
{
    public static TheoryData<string> Names => ["±1", "uniform", "centred exponential", "Gaussian"];

    static Kick Find(string name) => new[] { Kick.PlusMinusOne, Kick.Uniform, Kick.CentredExponential, Kick.Normal }.Single(kick => kick.Name == name);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kick_is_centred_has_variance_1_and_the_stated_third_moment(string name)
    {
        Compute.Seed(1);
        Kick kick = Find(name);
        using Tensor draws = kick.Sample(400_000);
        double[] k = draws.ToDoubles();
        Assert.InRange(Statistics.Mean(k).Deviations(0), 0, 4);
        Assert.InRange(Abs(Statistics.Variance(k).Value - 1), 0, 4 * Statistics.Variance(k).StandardError + 1e-5);       // ±1 has no scatter in its variance
        Estimate third = Statistics.Mean(k.Select(x => Abs(x * x * x)));
        Assert.InRange(Abs(third.Value - kick.ThirdAbsoluteMoment), 0, 4 * third.StandardError + 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sums_come_as_near_to_normal_as_berry_and_esseen_promise(string name)
    {
        Compute.Seed(2);
        const int N = 20_000;
        foreach (int n in new[] { 1, 4, 16, 64, 256 })
        {
            using Tensor sums = Find(name).NormalisedSum(n, N);
            Assert.InRange(KolmogorovSmirnov.Distance(sums.ToDoubles(), Gaussian.Standard.Cdf), 0, Find(name).BerryEsseenBound(n) + KolmogorovSmirnov.CriticalValue(N));
        }
    }

    [Fact]
    public void Sums_of_two_kicks_are_those_of_a_fair_coin_and_cauchys_never_settle()
    {
        Compute.Seed(3);
        using Tensor coins = Kick.PlusMinusOne.NormalisedSum(2, 100_000), wild = Kick.Cauchy.NormalisedSum(400, 20_000);
        double[] s = coins.ToDoubles();
        Assert.Equal(0.5, s.Average(x => x == 0 ? 1.0 : 0), 4 * 0.5 / Sqrt(100_000));
        // S_n/n of Cauchy kicks is Cauchy again, so S_n/√n is √n times as wide
        double[] w = [.. wild.ToDoubles().Select(x => x / 20)];
        Assert.InRange(KolmogorovSmirnov.Distance(w, x => 0.5 + Atan(x) / PI), 0, KolmogorovSmirnov.CriticalValue(20_000));
        Assert.True(KolmogorovSmirnov.Distance(wild.ToDoubles(), Gaussian.Standard.Cdf) > 0.3);
        Assert.Equal(double.PositiveInfinity, Kick.Cauchy.BerryEsseenBound(1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => Kick.Uniform.NormalisedSum(0, 5));
    }
}
