using Course.Evaluation;
using Course.Toys;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Tests.Toys;

public sealed class GaussianMixtureTests
{
    static readonly GaussianMixture mixture = GaussianMixture.FourModes;

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.7)]
    [InlineData(0.05)]
    [InlineData(0.0)]
    public void Density_integrates_to_one_and_has_the_stated_mean_variance_and_cdf(double alphaBar)
    {
        double mass = 0, mean = 0, square = 0, atHalf = 0;
        const double step = 1e-3;
        for (double x = -8 + step / 2; x < 8; x += step)
        {
            double p = mixture.Density(x, alphaBar) * step;
            mass += p;
            mean += x * p;
            square += x * x * p;
            if (x < 0.5) atHalf += p;
        }
        Assert.Equal(1, mass, 1e-9);
        Assert.Equal(mixture.Mean(alphaBar), mean, 1e-9);
        Assert.Equal(mixture.Variance(alphaBar), square - mean * mean, 1e-6);
        Assert.Equal(mixture.Cdf(0.5, alphaBar), atHalf, 1e-6);
    }

    [Fact]
    public void The_mixture_of_the_chapters_has_mean_0_and_variance_1_58()
    {
        Assert.Equal(0, mixture.Mean(), 1e-12);
        Assert.Equal(1.58, mixture.Variance(), 5e-3);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.3)]
    public void The_score_is_the_derivative_of_the_log_density(double alphaBar)
    {
        for (double x = -3; x <= 3; x += 0.37)
        {
            double slope = (mixture.LogDensity(x + 1e-5, alphaBar) - mixture.LogDensity(x - 1e-5, alphaBar)) / 2e-5;
            Assert.Equal(slope, mixture.Score(x, alphaBar), 1e-5);
        }
    }

    [Fact]
    public void Scores_of_tensors_and_of_numbers_agree_far_from_the_data_too()
    {
        double[] xs = [-40, -3, -0.2, 0, 1.1, 60];
        using Tensor x = tensor(xs, device: Compute.Device.type == TorchSharp.DeviceType.MPS ? CPU : Compute.Device);
        using Tensor scores = mixture.Score(x, 0.4), noises = mixture.OptimalNoise(x, 0.4);
        double[] found = scores.ToDoubles(), noise = noises.ToDoubles();
        for (int i = 0; i < xs.Length; i++)
        {
            Assert.Equal(mixture.Score(xs[i], 0.4), found[i], 1e-9 * (1 + Math.Abs(found[i])));
            Assert.Equal(mixture.OptimalNoise(xs[i], 0.4), noise[i], 1e-9 * (1 + Math.Abs(noise[i])));
        }
    }

    [Fact]
    public void The_optimal_noise_is_the_mean_of_the_noise_given_the_noisy_value()
    {
        // E[ε | x_t] by Bayes on a grid over x₀, independently of any score: ε = (x_t − √ᾱ x₀)/√(1 − ᾱ).
        const double alphaBar = 0.6, xt = 0.35;
        double a = Math.Sqrt(alphaBar), s = Math.Sqrt(1 - alphaBar), mass = 0, sum = 0;
        for (double x0 = -4; x0 <= 4; x0 += 1e-3)
        {
            double noise = (xt - a * x0) / s, p = mixture.Density(x0) * Math.Exp(-noise * noise / 2);
            mass += p;
            sum += p * noise;
        }
        Assert.Equal(sum / mass, mixture.OptimalNoise(xt, alphaBar), 1e-9);
    }

    [Fact]
    public void Samples_follow_the_cdf()
    {
        Compute.Seed(11);
        const int n = 20_000;
        using Tensor sample = mixture.Sample(n);
        double[] sorted = [.. sample.ToDoubles().Order()];
        double distance = sorted.Select((x, i) => Math.Max((i + 1.0) / n - mixture.Cdf(x), mixture.Cdf(x) - (double)i / n)).Max();
        Assert.InRange(distance, 0, 1.95 / Math.Sqrt(n)); // Kolmogorov: exceeded once in 1,000 seeds
    }

    [Fact]
    public void Bad_components_and_bad_fractions_are_refused()
    {
        Assert.Contains("found 2, 1 and 2", Assert.Throws<ArgumentException>(() => new GaussianMixture([1, 1], [0], [1, 1])).Message);
        Assert.Throws<ArgumentException>(() => new GaussianMixture([1], [0], [0]));
        Assert.Throws<ArgumentException>(() => new GaussianMixture([1], [double.NaN], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => mixture.Density(0, 1.2));
        Assert.Throws<ArgumentOutOfRangeException>(() => mixture.Sample(0));
    }

    [Fact]
    public void The_least_error_is_that_of_the_optimal_noise_and_of_one_gaussian_in_closed_form()
    {
        Compute.Seed(9);
        using var scope = NewDisposeScope();
        foreach (double alphaBar in new[] { 0.999, 0.5, 0.01 })
        {
            // One Gaussian: Var[ε | x_t] = ᾱs²/(ᾱs² + 1 − ᾱ), the same for every x_t.
            Assert.Equal(alphaBar * 0.36 / (alphaBar * 0.36 + 1 - alphaBar), new GaussianMixture([1], [0.4], [0.6]).LeastNoiseError(alphaBar), 1e-10);
            Tensor x0 = GaussianMixture.FourModes.Sample(100_000).to(ScalarType.Float64), ε = randn_like(x0);
            Tensor error = (ε - GaussianMixture.FourModes.OptimalNoise(Math.Sqrt(alphaBar) * x0 + Math.Sqrt(1 - alphaBar) * ε, alphaBar)).square();
            Assert.InRange(Statistics.Mean(error.ToDoubles()).Deviations(GaussianMixture.FourModes.LeastNoiseError(alphaBar)), 0, 4);
        }
        Assert.Equal((1, 0), (GaussianMixture.FourModes.LeastNoiseError(1), Math.Round(GaussianMixture.FourModes.LeastNoiseError(0), 9)));
    }
}
