using Course.Evaluation;
using Course.Reparameterisation;
using Diffusion.Devices;
using Diffusion.Objective;
using Shared.Tensors;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Reparameterisation;

public sealed class GradientEstimatorTests
{
    const double μ = 0.8, σ = 0.6;
    const int N = 200_000;

    public static TheoryData<string> Names => ["square", "sine"];

    // f and the closed forms of ∂/∂μ and ∂/∂σ of E[f]: E[z²] = μ² + σ², E[sin z] = e^{−σ²/2}·sin μ
    static (Func<Tensor, Tensor> F, double OfMean, double OfSigma) Case(string name) => name == "square"
        ? (z => z.square(), 2 * μ, 2 * σ)
        : (z => z.sin(), Exp(-σ * σ / 2) * Cos(μ), -σ * Exp(-σ * σ / 2) * Sin(μ));

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_are_unbiased_on_the_line(string name)
    {
        Compute.Seed(1);
        var (f, ofMean, ofSigma) = Case(name);
        foreach (var estimate in new[] { GradientEstimators.Pathwise(f, μ, σ, N), GradientEstimators.ScoreFunction(f, μ, σ, N) })
        {
            using (estimate)
            {
                Assert.Equal([N], estimate.OfMean.shape);
                Assert.InRange(Statistics.Mean(estimate.OfMean.ToDoubles()).Deviations(ofMean), 0, 4);
                Assert.InRange(Statistics.Mean(estimate.OfStandardDeviation.ToDoubles()).Deviations(ofSigma), 0, 4);
            }
        }
    }

    [Fact]
    public void Their_variances_are_those_of_pencil_and_paper()
    {
        // f = z², μ = 0: pathwise 2σε has variance 4σ²; score function σε³ has variance 15σ²
        Compute.Seed(2);
        using GradientSamples path = GradientEstimators.Pathwise(z => z.square(), 0, σ, N), score = GradientEstimators.ScoreFunction(z => z.square(), 0, σ, N);
        Assert.InRange(Statistics.Variance(path.OfMean.ToDoubles()).Deviations(4 * σ * σ), 0, 4);
        Assert.InRange(Statistics.Variance(score.OfMean.ToDoubles()).Deviations(15 * σ * σ), 0, 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(64)]
    public void The_score_functions_variance_grows_with_the_dimension_and_the_pathwise_does_not(int d)
    {
        Compute.Seed(3);
        using Tensor mean = zeros(d, device: Compute.Device), deviation = ones(d, device: Compute.Device);
        using GradientSamples path = GradientEstimators.Pathwise(z => z.square().sum(1), mean, deviation, 50_000),
            score = GradientEstimators.ScoreFunction(z => z.square().sum(1), mean, deviation, 50_000);
        Assert.Equal([50_000, d], path.OfMean.shape);
        Assert.Equal([50_000, d], score.OfStandardDeviation.shape);
        double[] first = path.OfMean.select(1, 0).ToDoubles(), scored = score.OfMean.select(1, 0).ToDoubles();
        Assert.InRange(Statistics.Mean(first).Deviations(0), 0, 4);
        Assert.InRange(Statistics.Mean(scored).Deviations(0), 0, 4);
        Assert.InRange(Statistics.Mean(score.OfStandardDeviation.select(1, 0).ToDoubles()).Deviations(2), 0, 4);
        Assert.InRange(Statistics.Variance(first).Deviations(4), 0, 4);
        // E[(‖z‖²·z₁)²] with z ~ N(0, I): E[z₁⁶] + 2(d−1)·E[z₁⁴] + ((d−1)² + 2(d−1))·E[z₁²] = 15 + 6(d−1) + (d−1)(d+1)
        Assert.InRange(Statistics.Variance(scored).Deviations(15 + 6.0 * (d - 1) + (d - 1.0) * (d + 1)), 0, 4);
    }

    [Fact]
    public void A_step_has_no_slope_but_a_score_function_gradient()
    {
        Compute.Seed(4);
        Func<Tensor, Tensor> step = z => (z > 0).to(ScalarType.Float32);       // E = Φ(μ/σ)
        using GradientSamples score = GradientEstimators.ScoreFunction(step, μ, σ, N);
        Assert.InRange(Statistics.Mean(score.OfMean.ToDoubles()).Deviations(Gaussian.Standard.Density(μ / σ) / σ), 0, 4);
        Assert.Contains("differentiable", Assert.Throws<ArgumentException>(() => GradientEstimators.Pathwise(step, μ, σ, N)).Message);
    }

    [Fact]
    public void Shapes_and_values_that_do_not_fit_are_refused_and_nothing_leaks()
    {
        using Tensor two = zeros(2, device: Compute.Device), three = ones(3, device: Compute.Device);
        void Wrong()
        {
            Assert.Contains("σ is 0", Assert.Throws<ArgumentOutOfRangeException>(() => GradientEstimators.Pathwise(z => z, 0, 0, 5)).Message);
            Assert.Throws<ArgumentOutOfRangeException>(() => GradientEstimators.ScoreFunction(z => z, 0, 1, 0));
            Assert.Contains("(2)", Assert.Throws<ArgumentException>(() => GradientEstimators.Pathwise(z => z, two, three, 5)).Message);
            Assert.Contains("sum over dimension 1", Assert.Throws<ArgumentException>(() => GradientEstimators.Pathwise(z => z.square(), three, three, 5)).Message);
            GradientEstimators.Pathwise(z => z.sin(), μ, σ, 5).Dispose();
            GradientEstimators.ScoreFunction(z => z.sin().sum(1), three, three, 5).Dispose();
        }
        Wrong();
        long before = LiveTensors.Settled();
        Wrong();
        Assert.Equal(before, Tensor.TotalCount);
    }
}
