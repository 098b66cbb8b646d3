using Course.Evaluation;
using Course.Reparameterisation;
using Diffusion.Devices;
using Diffusion.Objective;
using Shared.Tensors;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Reparameterisation;

public sealed class GaussianFitTests
{
    [Theory]
    [InlineData(2, 0.5, 0, 1)]
    [InlineData(-30, 0.05, 0, 1)]
    [InlineData(5, 40, 0, 0.1)]
    public void A_normal_target_is_found_within_the_stated_error(double mean, double deviation, double startMean, double startDeviation)
    {
        Compute.Seed(1);
        GaussianFit fit = GaussianFit.To(z => DiagonalGaussian.LogDensity(z, mean, deviation * deviation), startMean, startDeviation, steps: 2000);
        Assert.InRange(fit.Mean.Deviations(mean), 0, 4);
        Assert.InRange(fit.StandardDeviation.Deviations(deviation), 0, 4);
        // the documented size of those errors; 20 stretches estimate it to 16 %
        Assert.InRange(fit.Mean.StandardError / (deviation / Sqrt(64 * 1000)), 0.5, 1.6);
        Assert.InRange(fit.StandardDeviation.StandardError / (deviation / Sqrt(64 * 2000)), 0.5, 1.6);
        Assert.Equal((2001, 2001, 2000), (fit.Means.Count, fit.StandardDeviations.Count, fit.Divergences.Count));
        Assert.Equal(startMean, fit.Means[0]);
        Assert.Equal(startDeviation, fit.StandardDeviations[0], 1e-6);
        Assert.InRange(Statistics.Mean(fit.Divergences.Skip(1000)).Value, -0.01, 0.01);
    }

    [Fact]
    public void The_first_divergence_is_the_closed_form()
    {
        Compute.Seed(2);
        GaussianFit fit = GaussianFit.To(z => DiagonalGaussian.LogDensity(z, 1.0, 4.0), 0, 1, steps: 1, samples: 1_000_000);
        Assert.Equal(Gaussian.KullbackLeibler(Gaussian.Standard, Gaussian.WithMeanVariance(1, 4)), fit.Divergences[0], 0.003);       // σ of ln p ≈ 0.3: ten standard errors
    }

    [Fact]
    public void A_lopsided_target_is_fitted_where_quadrature_puts_the_optimum()
    {
        // ln p = 2z − e^z (a log-gamma law). E_q: KL = −ln σ − 2μ + e^{μ + σ²/2} + const has its optimum at σ² = ½, μ = ln 2 − ¼
        Compute.Seed(3);
        GaussianFit fit = GaussianFit.To(z => 2 * z - z.exp(), 0, 1, steps: 4000, learningRate: 0.02);
        Assert.InRange(Abs(fit.Mean.Value - (Log(2) - 0.25)), 0, 4 * fit.Mean.StandardError + 1e-3);                  // a constant η moves the average by O(η/samples)
        Assert.InRange(Abs(fit.StandardDeviation.Value - Sqrt(0.5)), 0, 4 * fit.StandardDeviation.StandardError + 1e-3);
    }

    [Fact]
    public void Small_runs_work_and_senseless_ones_are_refused_and_nothing_leaks()
    {
        Func<Tensor, Tensor> target = z => -z.square();
        GaussianFit one = GaussianFit.To(target, steps: 1, samples: 1);
        Assert.Equal(2, one.Means.Count);
        long before = LiveTensors.Settled();
        _ = GaussianFit.To(target, steps: 5);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Contains("σ is 0", Assert.Throws<ArgumentOutOfRangeException>(() => GaussianFit.To(target, standardDeviation: 0)).Message);
        Assert.Contains("0 steps", Assert.Throws<ArgumentOutOfRangeException>(() => GaussianFit.To(target, steps: 0)).Message);
        Assert.Contains("learning rate is 2", Assert.Throws<ArgumentOutOfRangeException>(() => GaussianFit.To(target, learningRate: 2)).Message);
        Assert.Contains("lost its way at step 1", Assert.Throws<InvalidOperationException>(() => GaussianFit.To(z => (z - 1000).log())).Message);
    }
}
