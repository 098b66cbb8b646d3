using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Tests.Objective;

public sealed class GaussianTests
{
    static readonly Gaussian P = Gaussian.WithMeanVariance(0.7, 0.25), Q = Gaussian.WithMeanStandardDeviation(-0.4, 1.3);

    [Fact]
    public void Density_integrates_to_one_and_to_the_cdf_and_has_its_moments()
    {
        foreach (Gaussian law in new[] { P, Q, Gaussian.Standard })
        {
            double mass = 0, mean = 0, square = 0, h = law.StandardDeviation / 1000;
            for (int i = -12_000; i < 12_000; i++)
            {
                double x = law.Mean + (i + 0.5) * h;
                if (i % 1000 == 0) Assert.Equal(mass, law.Cdf(x - h / 2), 1e-7);
                mass += law.Density(x) * h;
                mean += law.Density(x) * h * x;
                square += law.Density(x) * h * (x - law.Mean) * (x - law.Mean);
            }
            Assert.Equal(1, mass, 1e-10);
            Assert.Equal(law.Mean, mean, 1e-10);
            Assert.Equal(law.Variance, square, 1e-6);
        }
        Assert.Equal(-5000 - 0.5 * Log(2 * PI), Gaussian.Standard.LogDensity(100), 1e-9);      // where the density is 0
        Assert.Equal(7.6198530241605e-24, Gaussian.Standard.Cdf(-10), 1e-34);                    // tail, Abramowitz & Stegun 26.2
    }

    [Fact]
    public void Divergence_is_the_integral_it_stands_for()
    {
        double sum = 0;
        const double h = 1e-3;
        for (double x = -10 + h / 2; x < 10; x += h) sum += P.Density(x) * (P.LogDensity(x) - Q.LogDensity(x)) * h;
        Assert.Equal(sum, Gaussian.KullbackLeibler(P, Q), 1e-9);
        Assert.NotEqual(Gaussian.KullbackLeibler(P, Q), Gaussian.KullbackLeibler(Q, P), 0.1);
        Assert.Equal(0, Gaussian.KullbackLeibler(Q, Q), 1e-15);
    }

    [Fact]
    public void Samples_have_the_law()
    {
        Compute.Seed(1);
        using Tensor draws = P.Sample(50_000);
        Assert.InRange(KolmogorovSmirnov.Distance(draws.ToDoubles(), P.Cdf), 0, KolmogorovSmirnov.CriticalValue(50_000));
    }

    [Fact]
    public void In_many_dimensions_the_scalar_values_add_up()
    {
        Compute.Seed(2);
        using Tensor x = randn([3, 2, 2], ScalarType.Float64), mean = randn([2, 2], ScalarType.Float64), variance = rand([3, 1, 1], ScalarType.Float64) + 0.2;
        using Tensor log = DiagonalGaussian.LogDensity(x, mean, variance), kl = DiagonalGaussian.KullbackLeibler(x, variance, mean, 0.5), line = DiagonalGaussian.LogDensity(x[0, 0], 0.0, 1.0);
        double[] xs = x.ToDoubles(), means = mean.ToDoubles(), variances = variance.ToDoubles();
        Assert.Equal([3], log.shape);
        Assert.Equal([2], line.shape);
        for (int b = 0; b < 3; b++)
        {
            double logSum = 0, klSum = 0;
            for (int j = 0; j < 4; j++)
            {
                logSum += Gaussian.WithMeanVariance(means[j], variances[b]).LogDensity(xs[4 * b + j]);
                klSum += Gaussian.KullbackLeibler(Gaussian.WithMeanVariance(xs[4 * b + j], variances[b]), Gaussian.WithMeanVariance(means[j], 0.5));
            }
            Assert.Equal(logSum, log.ToDoubles()[b], 1e-9);
            Assert.Equal(klSum, kl.ToDoubles()[b], 1e-9);
        }
        Assert.Equal(Gaussian.Standard.LogDensity(xs[1]), line.ToDoubles()[1], 1e-12);
    }

    [Fact]
    public void A_plain_variance_counts_once_for_every_coordinate()
    {
        using Tensor x = zeros([1, 784], ScalarType.Float64), kl = DiagonalGaussian.KullbackLeibler(x, 1.0, 0.0, 2.0);
        Assert.Equal(784 * 0.5 * (Log(2) + 0.5 - 1), kl.ToDoubles()[0], 1e-9);
    }

    [Fact]
    public void What_is_no_law_is_refused()
    {
        Assert.Contains("variance is 0", Assert.Throws<ArgumentOutOfRangeException>(() => Gaussian.WithMeanVariance(0, 0)).Message);
        Assert.Contains("standard deviation is -1", Assert.Throws<ArgumentOutOfRangeException>(() => Gaussian.WithMeanStandardDeviation(0, -1)).Message);
        Assert.Contains("mean is NaN", Assert.Throws<ArgumentOutOfRangeException>(() => Gaussian.WithMeanVariance(double.NaN, 1)).Message);
    }
}
