using Course.Evaluation;
using Course.Toys;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Objective;
using Diffusion.Sampling;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Toys;

public sealed class OneDimensionalModelTests
{
    static readonly NoiseSchedule schedule = NoiseSchedule.Linear().Rescaled(40);

    public static TheoryData<ReverseVariance> Variances => [ReverseVariance.Forward, ReverseVariance.Posterior];

    [Theory]
    [MemberData(nameof(Variances))]
    public void With_a_linear_network_every_law_is_a_gaussian_whose_moments_are_known(ReverseVariance kind)
    {
        // ε_θ = a_t·x + b makes μ_θ = c·x + e, and c·N(m, s²) + e + σ·z is N(c·m + e, c²s² + σ²).
        using var scope = NewDisposeScope();
        var bound = new VariationalBound(schedule, kind);
        static double slope(int t) => 0.95 - 0.005 * t;
        const double offset = 0.07;
        var model = new OneDimensionalModel(bound, (x, t) => slope(t) * x + offset);
        double mean = 0, variance = 1;
        for (int t = schedule.T; t >= 1; t--)
        {
            double[] grid = model.Grid.ToDoubles(), density = model.Density(t).ToDoubles();
            Gaussian law = Gaussian.WithMeanVariance(mean, variance);
            for (int i = 0; i < grid.Length; i += 37) Assert.Equal(law.Density(grid[i]), density[i], 1e-11);
            double β = schedule.Beta[t], k = β / Sqrt(1 - schedule.AlphaBar[t]), c = (1 - k * slope(t)) / Sqrt(1 - β);       // eq. (11)
            double σ2 = t == 1 ? schedule.Beta[1] : kind == ReverseVariance.Forward ? β : (1 - schedule.AlphaBar[t - 1]) / (1 - schedule.AlphaBar[t]) * β;
            (mean, variance) = (c * mean - k * offset / Sqrt(1 - β), c * c * variance + σ2);
        }
        double[] at = [-3, -0.5, 0, 0.2, 2.5], found = model.LogDensity(tensor(at)).ToDoubles();
        for (int i = 0; i < at.Length; i++) Assert.Equal(Gaussian.WithMeanVariance(mean, variance).LogDensity(at[i]), found[i], 1e-9);
    }

    [Fact]
    public void The_terms_are_those_of_the_bound_averaged_over_many_draws()
    {
        Compute.Seed(1);
        using var scope = NewDisposeScope();
        const int n = 100_000;
        const double at = -0.6;
        Tensor network(Tensor x, int t) => GaussianMixture.FourModes.OptimalNoise(x, schedule.AlphaBar[t]);
        var forward = new ForwardProcess(schedule);
        foreach (ReverseVariance kind in new[] { ReverseVariance.Forward, ReverseVariance.Posterior })
        {
            var bound = new VariationalBound(schedule, kind);
            double[] terms = new OneDimensionalModel(bound, network).Terms(tensor(new[] { 0.1, at }))[1].ToDoubles();
            Assert.Equal(schedule.T + 1, terms.Length);
            Tensor x0 = full([n, 1], at, dtype: ScalarType.Float64);
            foreach (int t in new[] { 1, 2, 10, 40 })
            {
                Tensor xt = forward.Sample(x0, t), said = network(xt, t);
                Estimate mean = Statistics.Mean((t == 1 ? bound.Reconstruction(x0, xt, said) : bound.Denoising(x0, xt, t, said)).ToDoubles());
                Assert.InRange(mean.Deviations(terms[t - 1]), 0, 4);
            }
            Assert.Equal(bound.Prior(x0)[0].item<double>(), terms[^1], 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Variances))]
    public void The_density_sums_to_1_does_not_depend_on_the_grid_and_is_bounded_by_its_terms(ReverseVariance kind)
    {
        using var scope = NewDisposeScope();
        var bound = new VariationalBound(schedule, kind);
        static Tensor network(Tensor x, int t) => 0.9 * GaussianMixture.FourModes.OptimalNoise(x, schedule.AlphaBar[t]) + 0.05;
        var model = new OneDimensionalModel(bound, network);
        Tensor x = linspace(-5, 5, 2001, dtype: ScalarType.Float64);
        double[] log = model.LogDensity(x).ToDoubles(), finer = new OneDimensionalModel(bound, network, 8).LogDensity(x[500..1500]).ToDoubles();
        Assert.Equal(1, log.Sum(value => Exp(value) * 10 / 2000), 1e-9);
        Assert.Equal(finer, log[500..1500], (a, b) => Abs(a - b) < 1e-7);
        double[] minusElbo = model.Terms(x[500..1500]).sum(1).ToDoubles();
        Assert.All(minusElbo.Zip(finer), pair => Assert.True(pair.First >= -pair.Second));
    }

    [Fact]
    public void What_a_grid_cannot_carry_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least 3", Assert.Throws<ArgumentOutOfRangeException>(() => new OneDimensionalModel(new(schedule), (x, _) => x, 2)).Message);
        Assert.Contains("fewer steps", Assert.Throws<ArgumentException>(() => new OneDimensionalModel(new(NoiseSchedule.Linear().Rescaled(4000)), (x, _) => x)).Message);
        var escaping = new OneDimensionalModel(new(schedule), (x, _) => -20 * x);
        Assert.Contains("out of the grid", Assert.Throws<InvalidOperationException>(() => escaping.Density(1)).Message);
    }
}
