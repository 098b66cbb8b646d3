using Course.Brownian;
using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Brownian;

public sealed class BrownianMotionTests
{
    [Fact]
    public void A_walk_starts_at_the_origin_and_its_increments_are_independent_normals()
    {
        Compute.Seed(1);
        using Tensor walk = BrownianMotion.Walk(particles: 2_000, steps: 50, dt: 0.02, D: 0.7, dimensions: 3);
        Assert.Equal([51, 2_000, 3], walk.shape);
        Assert.All(walk[0].ToDoubles(), x => Assert.Equal(0, x));
        double[] increments = walk.diff(dim: 0).ToDoubles();
        Assert.InRange(KolmogorovSmirnov.Distance(increments, Gaussian.WithMeanVariance(0, 2 * 0.7 * 0.02).Cdf), 0, KolmogorovSmirnov.CriticalValue(increments.Length));
        double[] end = walk[50].ToDoubles();
        Assert.InRange(Statistics.Variance(end).Deviations(2 * 0.7 * 1), 0, 4);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 1.0)]
    [InlineData(3, 0.2)]
    public void The_crowd_spreads_by_2dDt_and_the_groups_say_how_sure_that_is(int dimensions, double D)
    {
        Compute.Seed(2 + dimensions);
        using Tensor walk = BrownianMotion.Walk(5_000, 200, 0.01, D, dimensions);
        MeanSquaredDisplacement msd = BrownianMotion.MeanSquaredDisplacement(walk, 0.01);
        Assert.InRange(msd.Slope.Deviations(2 * dimensions * D), 0, 4);
        Assert.Equal((0, 0, 201), (msd.Time[0], msd.Mean[0], msd.Mean.Count));
        Assert.Equal(2.0, msd.Time[200], 1e-12);
        // |x|² has variance 2(2Dt)²d: the standard error of the last point is known, and 50 groups estimate it to 10 %
        Assert.Equal(1, msd.StandardError[200] / (Sqrt(2.0 * dimensions) * 2 * D * 2 / Sqrt(5_000)), 0.45);
        Assert.InRange(Abs(msd.Mean[200] - 2 * dimensions * D * 2) / msd.StandardError[200], 0, 4.5);
    }

    [Fact]
    public void The_stated_error_of_the_slope_is_the_scatter_of_repetitions()
    {
        Compute.Seed(6);
        var slopes = Enumerable.Range(0, 200).Select(_ =>
        {
            using Tensor walk = BrownianMotion.Walk(300, 20, 0.1);
            return BrownianMotion.MeanSquaredDisplacement(walk, 0.1).Slope;
        }).ToList();
        Assert.Equal(1, Sqrt(Statistics.Variance(slopes.Select(slope => slope.Value)).Value) / slopes.Average(slope => slope.StandardError), 0.2);     // the scatter is known to 5 %
        Assert.InRange(Statistics.Mean(slopes.Select(slope => slope.Value)).Deviations(1), 0, 4);
    }

    [Fact]
    public void Quadratic_variation_tends_to_time_on_every_path()
    {
        Compute.Seed(7);
        foreach (int steps in new[] { 100, 10_000 })
        {
            using Tensor walk = BrownianMotion.Walk(20, steps, 1.0 / steps), variation = BrownianMotion.QuadraticVariation(walk);
            Assert.Equal(walk.shape, variation.shape);
            Assert.All(variation[0].ToDoubles(), value => Assert.Equal(0, value));
            Assert.All(variation[steps].ToDoubles(), value => Assert.InRange(Abs(value - 1), 0, 4.5 * Sqrt(2.0 / steps)));      // Σ of squares: χ² of `steps` degrees, variance 2/steps
        }
    }

    [Fact]
    public void A_single_molecule_and_a_single_step_are_a_crowd_too()
    {
        using Tensor walk = BrownianMotion.Walk(1, 1, 1);
        MeanSquaredDisplacement msd = BrownianMotion.MeanSquaredDisplacement(walk, 1);
        Assert.True(double.IsNaN(msd.Slope.StandardError));
        Assert.Equal(walk.square().sum().ToDoubles()[0], msd.Slope.Value, 1e-6);
    }

    [Fact]
    public void What_cannot_walk_is_refused()
    {
        Assert.Contains("particles is 0", Assert.Throws<ArgumentOutOfRangeException>(() => BrownianMotion.Walk(0, 1, 1)).Message);
        Assert.Contains("dt is -1", Assert.Throws<ArgumentOutOfRangeException>(() => BrownianMotion.Walk(1, 1, -1)).Message);
        Assert.Contains("fewer molecules", Assert.Throws<ArgumentException>(() => BrownianMotion.Walk(10_000_000, 200, 0.01)).Message);
        using Tensor flat = zeros(5, 5);
        Assert.Contains("(5, 5)", Assert.Throws<ArgumentException>(() => BrownianMotion.MeanSquaredDisplacement(flat, 1)).Message);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(3.0)]
    [InlineData(double.NaN)]        // a start of two humps
    public void The_exact_step_settles_at_variance_1_and_eulers_a_little_above(double start)
    {
        Compute.Seed(8);
        const int N = 40_000;
        const double β = 0.4;
        double[] end(Func<Tensor, Tensor> step)
        {
            using var scope = NewDisposeScope();
            Tensor x = double.IsNaN(start) ? randint(0, 2, N, device: Compute.Device).to(ScalarType.Float32) * 4 - 2 : full(N, start, device: Compute.Device);
            for (int i = 0; i < 60; i++) x = step(x);       // (1−β)⁶⁰ ≈ 5·10⁻¹⁴ of the start's variance is left
            return x.ToDoubles();
        }
        double[] exact = end(x => OrnsteinUhlenbeck.ExactStep(x, β)), euler = end(x => OrnsteinUhlenbeck.EulerStep(x, β));
        var raised = Gaussian.WithMeanVariance(0, OrnsteinUhlenbeck.EulerStationaryVariance(β));
        Assert.Equal(1 / (1 - 0.1), raised.Variance, 1e-12);
        Assert.InRange(KolmogorovSmirnov.Distance(exact, Gaussian.Standard.Cdf), 0, KolmogorovSmirnov.CriticalValue(N));
        Assert.InRange(KolmogorovSmirnov.Distance(euler, raised.Cdf), 0, KolmogorovSmirnov.CriticalValue(N));
        Assert.InRange(Statistics.Variance(exact).Deviations(1), 0, 4);
        Assert.InRange(Statistics.Variance(euler).Deviations(raised.Variance), 0, 4);
        Assert.True(Statistics.Variance(euler).Deviations(1) > 4);
    }

    [Fact]
    public void An_exact_step_is_the_limit_of_many_small_euler_steps()
    {
        // mean and variance after Δs = −ln(1−β) in n Euler steps, by their own recursion in float64
        const double β = 0.3;
        const int n = 1_000_000;
        double h = OrnsteinUhlenbeck.TimeOf(β) / n, mean = 1, variance = 0;
        for (int i = 0; i < n; i++) (mean, variance) = ((1 - h / 2) * mean, (1 - h / 2) * (1 - h / 2) * variance + h);
        Assert.Equal(Sqrt(1 - β), mean, 1e-6);
        Assert.Equal(β, variance, 1e-6);
        using Tensor x = tensor(new[] { 1.0, -2 }), ε = tensor(new[] { 0.5, 0.25 }), step = OrnsteinUhlenbeck.ExactStep(x, β, ε), euler = OrnsteinUhlenbeck.EulerStep(x, β, ε);
        Assert.Equal([Sqrt(0.7) + Sqrt(0.3) / 2, -2 * Sqrt(0.7) + Sqrt(0.3) / 4], step.ToDoubles(), (a, b) => Abs(a - b) < 1e-12);
        Assert.Equal([0.85 + Sqrt(0.3) / 2, -1.7 + Sqrt(0.3) / 4], euler.ToDoubles(), (a, b) => Abs(a - b) < 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => OrnsteinUhlenbeck.ExactStep(x, 1));
        Assert.Contains("between 0 and 4", Assert.Throws<ArgumentOutOfRangeException>(() => OrnsteinUhlenbeck.EulerStep(x, 4)).Message);
    }
}
