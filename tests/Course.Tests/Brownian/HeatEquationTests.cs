using Course.Brownian;
using Diffusion.Objective;
using static System.Math;

namespace Course.Tests.Brownian;

public sealed class HeatEquationTests
{
    // The other exact solution: a normal law and all its mirror images in the walls.
    static double ByImages(double x, double L, double start, double variance) =>
        Enumerable.Range(-60, 121).Sum(k => Gaussian.WithMeanVariance(2 * k * L + start, variance).Density(x) + Gaussian.WithMeanVariance(2 * k * L - start, variance).Density(x));

    static double CdfByImages(double x, double L, double start, double variance) =>
        Enumerable.Range(-60, 121).Sum(k => new[] { 2 * k * L + start, 2 * k * L - start }.Select(m => Gaussian.WithMeanVariance(m, variance)).Sum(law => law.Cdf(x) - law.Cdf(0)));

    [Theory]
    [InlineData(1, 0.3, 0.03, 0.01, 0)]
    [InlineData(1, 0.3, 0.03, 0.01, 0.2)]
    [InlineData(2.5, 0.1, 0.05, 0.4, 1.5)]
    [InlineData(2.5, 2.5, 0, 0.4, 100)]
    public void The_cosine_series_is_the_sum_of_mirror_images(double L, double start, double spread, double D, double time)
    {
        double variance = spread * spread + 2 * D * time;
        for (int i = 0; i <= 50; i++)
            Assert.Equal(ByImages(L * i / 50, L, start, variance), HeatEquation.Density(L * i / 50, L, start, spread, D, time), 1e-10 / Sqrt(variance));
        double[] p = HeatEquation.BinProbabilities(37, L, start, spread, D, time);
        for (int i = 0; i < 37; i++)
            Assert.Equal(CdfByImages(L * (i + 1) / 37, L, start, variance) - CdfByImages(L * i / 37, L, start, variance), p[i], 1e-10);
        Assert.Equal(1, p.Sum(), 1e-10);
    }

    [Fact]
    public void A_glass_multiplies_both_directions_and_turns_even_in_the_end()
    {
        var glass = new Glass();
        double[,] early = glass.Probabilities(0.5, 6, 4), late = glass.Probabilities(40 * glass.RelaxationTime, 6, 4);
        Assert.Equal((4, 6), (early.GetLength(0), early.GetLength(1)));
        Assert.Equal(1, early.Cast<double>().Sum(), 1e-10);
        Assert.Equal(HeatEquation.BinProbabilities(6, 1.5, 0.45, 0.03, 0.01, 0.5)[1] * HeatEquation.BinProbabilities(4, 1, 0.7, 0.03, 0.01, 0.5)[2], early[2, 1], 1e-14);
        Assert.All(late.Cast<double>(), p => Assert.Equal(1 / 24.0, p, 1e-12));
        Assert.Equal(1.5 * 1.5 / (PI * PI * 0.01), glass.RelaxationTime, 1e-9);
    }

    [Fact]
    public void A_point_without_spread_or_time_has_no_density() =>
        Assert.Contains("no density", Assert.Throws<ArgumentException>(() => HeatEquation.Density(0.5, 1, 0.5, 0, 1, 0)).Message);
}
