using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Objective;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Tests.Objective;

public sealed class VariationalBoundTests
{
    static readonly NoiseSchedule schedule = NoiseSchedule.Linear();

    static readonly ReverseVariance[] both = [ReverseVariance.Forward, ReverseVariance.Posterior];

    [Theory]
    [InlineData(2)]
    [InlineData(250)]
    [InlineData(1000)]
    public void The_divergence_of_a_step_is_its_constant_and_the_weighted_error_of_the_noise(int t)
    {
        Compute.Seed(1);
        using var scope = NewDisposeScope();
        Tensor x0 = randn([3, 2, 5], ScalarType.Float64), ε = randn_like(x0), said = randn_like(x0), xt = new ForwardProcess(schedule).Sample(x0, t, ε);
        double ᾱ = schedule.AlphaBar[t], before = schedule.AlphaBar[t - 1], α = ᾱ / before, β = 1 - α, β̃ = (1 - before) / (1 - ᾱ) * β;
        foreach (ReverseVariance noise in both)
        {
            double σ2 = noise == ReverseVariance.Forward ? β : β̃, weight = β * β / (2 * σ2 * α * (1 - ᾱ));                                    // eq. (12)
            double constant = Gaussian.KullbackLeibler(Gaussian.WithMeanVariance(0, β̃), Gaussian.WithMeanVariance(0, σ2));
            var bound = new VariationalBound(schedule, noise);
            Assert.Equal(weight, bound.Weight(t), weight * 1e-9);
            Assert.Equal(constant, bound.Constant(t), 1e-9);
            Assert.Equal(σ2, bound.Variance(t), σ2 * 1e-9);
            double[] error = (ε - said).square().sum([1L, 2L]).ToDoubles(), found = bound.Denoising(x0, xt, t, said).ToDoubles();
            for (int b = 0; b < 3; b++) Assert.Equal(10 * constant + weight * error[b], found[b], 1e-6 * found[b]);
            Tensor sample = (xt - Sqrt(1 - ᾱ) * said) / Sqrt(ᾱ);
            Assert.Equal(found, bound.Denoising(x0, xt, t, sample, Parameterization.X0).ToDoubles(), (a, b) => Abs(a - b) < 1e-6 * b);
        }
    }

    [Fact]
    public void The_divergence_of_a_step_is_the_average_of_the_logarithm_it_stands_for()
    {
        using var scope = NewDisposeScope();
        const int t = 600;
        const double x0 = 0.8, x = -0.3, said = 0.1;
        (Tensor mean, double variance) = new ForwardProcess(schedule).Posterior(tensor(x), tensor(x0), t);
        double model = (x - schedule.Beta[t] / Sqrt(1 - schedule.AlphaBar[t]) * said) / Sqrt(1 - schedule.Beta[t]), sum = 0;              // eq. (11)
        Gaussian q = Gaussian.WithMeanVariance(mean.item<double>(), variance), p = Gaussian.WithMeanVariance(model, schedule.Beta[t]);
        for (int i = -8000; i <= 8000; i++)
        {
            double y = q.Mean + i / 1000.0 * q.StandardDeviation;
            sum += q.StandardDeviation / 1000 * q.Density(y) * (q.LogDensity(y) - p.LogDensity(y));
        }
        Tensor found = new VariationalBound(schedule).Denoising(tensor(new[] { x0 }), tensor(new[] { x }), t, tensor(new[] { said }));
        Assert.Equal(sum, found.item<double>(), 1e-9);
    }

    [Fact]
    public void The_ends_of_the_bound_are_what_they_say()
    {
        Compute.Seed(2);
        using var scope = NewDisposeScope();
        Tensor x0 = randn([4, 6], ScalarType.Float64), ε = randn_like(x0), said = randn_like(x0), x1 = new ForwardProcess(schedule).Sample(x0, 1, ε);
        double[] xs = x0.ToDoubles(), εs = ε.ToDoubles(), says = said.ToDoubles();
        foreach (ReverseVariance noise in both)
        {
            var bound = new VariationalBound(schedule, noise);
            double[] prior = bound.Prior(x0).ToDoubles(), reconstruction = bound.Reconstruction(x0, x1, said).ToDoubles();
            for (int b = 0; b < 4; b++)
            {
                IEnumerable<int> items = Enumerable.Range(6 * b, 6);
                Assert.Equal(items.Sum(i => Gaussian.KullbackLeibler(Gaussian.WithMeanVariance(Sqrt(schedule.AlphaBar[1000]) * xs[i], 1 - schedule.AlphaBar[1000]), Gaussian.Standard)), prior[b], 1e-12);
                // x₀ − μ_θ(x₁, 1) = √(β₁/α₁)·(ε_θ − ε)
                double expected = items.Sum(i => 0.5 * Log(2 * PI * 1e-4) + Pow(εs[i] - says[i], 2) / (2 * (1 - 1e-4)));
                Assert.Equal(expected, reconstruction[b], 1e-6 * Abs(expected));
            }
        }
        Assert.Equal(0.5 / (1 - 1e-4), new VariationalBound(schedule).Weight(1), 1e-9);
        Assert.Equal(double.PositiveInfinity, new VariationalBound(schedule, ReverseVariance.Posterior).Weight(1));
        Assert.Equal(Enumerable.Repeat(1 / Log(2), 4), VariationalBound.BitsPerDimension(full(4, 6.0, dtype: ScalarType.Float64), x0).ToDoubles(), (a, b) => Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_eight_bit_decoder_is_the_density_times_the_width_where_the_law_is_wide()
    {
        using var scope = NewDisposeScope();
        NoiseSchedule wide = NoiseSchedule.Constant(10, 0.5);          // σ₁ = 0.7, ninety steps of 2/255
        Tensor x0 = full([1, 3], 1 / 255.0, dtype: ScalarType.Float64), x1 = new ForwardProcess(wide).Sample(x0, 1, full_like(x0, 0.4)), said = full_like(x0, -0.2);
        var bound = new VariationalBound(wide);
        Assert.Equal(bound.Reconstruction(x0, x1, said).item<double>() - 3 * Log(2.0 / 255), bound.EightBitReconstruction(x0, x1, said).item<double>(), 1e-4);
    }

    [Fact]
    public void What_has_no_bound_is_refused()
    {
        using Tensor x = zeros(1, 1);
        Assert.Contains("expected Forward", Assert.Throws<ArgumentOutOfRangeException>(() => new VariationalBound(schedule, ReverseVariance.Scaled(0.5))).Message);
        Assert.Contains("t is 1, expected 2", Assert.Throws<ArgumentOutOfRangeException>(() => new VariationalBound(schedule).Denoising(x, x, 1, x)).Message);
    }
}
