using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Objective;
using Diffusion.Schedules;
using Shared.Tensors;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Tests.Forward;

public sealed class ForwardProcessTests
{
    static readonly NoiseSchedule Schedule = NoiseSchedule.Linear();
    static readonly ForwardProcess Forward = new(Schedule);

    static Tensor Noise(params long[] shape) => randn(shape, device: Compute.Device);

    [Fact]
    public void With_the_noise_given_each_draw_is_its_formula()
    {
        Compute.Seed(1);
        using Tensor x = Noise(3, 2), ε = Noise(3, 2), step = Forward.Step(x, 700, ε), closed = Forward.Sample(x, 700, ε), start = Forward.Sample(x, 0, ε);
        double[] xs = x.ToDoubles(), εs = ε.ToDoubles(), steps = step.ToDoubles(), closeds = closed.ToDoubles();
        double β = 1e-4 + (0.02 - 1e-4) * 699 / 999, ᾱ = Enumerable.Range(0, 700).Aggregate(1.0, (product, i) => product * (1 - 1e-4 - (0.02 - 1e-4) * i / 999));
        for (int i = 0; i < xs.Length; i++)
        {
            Assert.Equal(Sqrt(1 - β) * xs[i] + Sqrt(β) * εs[i], steps[i], 1e-6);
            Assert.Equal(Sqrt(ᾱ) * xs[i] + Sqrt(1 - ᾱ) * εs[i], closeds[i], 1e-6);
        }
        Assert.Equal(xs, start.ToDoubles());
    }

    [Fact]
    public void A_time_for_every_item_gives_what_each_time_alone_gives()
    {
        Compute.Seed(2);
        long[] times = [0, 1, 37, 1000];
        using Tensor x = Noise(4, 1, 3, 5), ε = Noise(4, 1, 3, 5), t = tensor(times), all = Forward.Sample(x, t, ε);
        Assert.Equal(x.shape, all.shape);
        for (int b = 0; b < 4; b++)
        {
            using Tensor one = Forward.Sample(x[b], (int)times[b], ε[b]);
            Assert.Equal(one.ToDoubles(), all[b].ToDoubles(), (a, c) => Abs(a - c) < 1e-6);
        }
        long[] later = [1, 2, 500, 1000];
        using Tensor s = tensor(later), x0 = Noise(4, 1, 3, 5);
        var (mean, variance) = Forward.Posterior(x, x0, s);
        Assert.Equal([4, 1, 1, 1], variance.shape);
        for (int b = 0; b < 4; b++)
        {
            var (oneMean, oneVariance) = Forward.Posterior(x[b], x0[b], (int)later[b]);
            Assert.Equal(oneMean.ToDoubles(), mean[b].ToDoubles(), (a, c) => Abs(a - c) < 1e-6);
            Assert.Equal(oneVariance, variance[b].ToDoubles()[0], 1e-8);
        }
    }

    [Fact]
    public void Step_by_step_paths_have_the_law_of_the_closed_form()
    {
        Compute.Seed(3);
        const int N = 100_000;
        var forward = new ForwardProcess(NoiseSchedule.Linear().Rescaled(40));
        Tensor x = full(N, 0.8, device: Compute.Device);
        for (int t = 1; t <= 40; t++)
        {
            using (Tensor previous = x) x = forward.Step(previous, t);
            if (t is not (1 or 5 or 20 or 40)) continue;
            double ᾱ = forward.Schedule.AlphaBar[t];
            var law = Gaussian.WithMeanVariance(Sqrt(ᾱ) * 0.8, 1 - ᾱ);
            double[] samples = x.ToDoubles();
            Assert.InRange(Statistics.Mean(samples).Deviations(law.Mean), 0, 4);
            Assert.InRange(Statistics.Variance(samples).Deviations(law.Variance), 0, 4);
            Assert.InRange(KolmogorovSmirnov.Distance(samples, law.Cdf), 0, KolmogorovSmirnov.CriticalValue(N));
        }
        x.Dispose();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(300)]
    [InlineData(1000)]
    public void The_posterior_is_bayes_on_a_grid(int t)
    {
        const double x0 = -0.6;
        double xt = Sqrt(Schedule.AlphaBar[t]) * x0 + 1.5 * Sqrt(1 - Schedule.AlphaBar[t]);
        using Tensor x = tensor(new[] { xt }, device: Compute.Device), start = tensor(new[] { x0 }, device: Compute.Device);
        var (mean, variance) = Forward.Posterior(x, start, t);

        // q(x_{t−1} | x_t, x₀) ∝ q(x_t | x_{t−1}) q(x_{t−1} | x₀), summed on a grid ten standard deviations wide: the trapezoid rule is exact here
        double β = Schedule.Beta[t], before = Schedule.AlphaBar[t - 1], centre = Sqrt(before) * x0, width = 10 * Sqrt(1 - before);
        var prior = Gaussian.WithMeanVariance(centre, 1 - before);
        double mass = 0, first = 0, second = 0;
        for (int i = -20_000; i <= 20_000; i++)
        {
            double y = centre + width * i / 20_000.0;
            double p = Exp(prior.LogDensity(y) + Gaussian.WithMeanVariance(Sqrt(1 - β) * y, β).LogDensity(xt));
            mass += p;
            first += p * y;
            second += p * y * y;
        }
        Assert.Equal(first / mass, mean.ToDoubles()[0], 1e-7);
        Assert.Equal(second / mass - first / mass * (first / mass), variance, 1e-7);
    }

    [Fact]
    public void A_walk_back_by_the_true_posterior_has_the_forward_law_and_ends_at_the_data()
    {
        Compute.Seed(4);
        const int N = 100_000, T = 40;
        var forward = new ForwardProcess(NoiseSchedule.Linear().Rescaled(T));
        using Tensor x0 = full(N, 0.8, device: Compute.Device);
        Tensor x = forward.Sample(x0, T);
        for (int t = T; t >= 1; t--)
        {
            using (Tensor later = x) x = forward.SamplePosterior(later, x0, t);
            if (t is not (36 or 21 or 6 or 2)) continue;
            double ᾱ = forward.Schedule.AlphaBar[t - 1];
            var law = Gaussian.WithMeanVariance(Sqrt(ᾱ) * 0.8, 1 - ᾱ);
            double[] samples = x.ToDoubles();
            Assert.InRange(Statistics.Mean(samples).Deviations(law.Mean), 0, 4);
            Assert.InRange(Statistics.Variance(samples).Deviations(law.Variance), 0, 4);
            Assert.InRange(KolmogorovSmirnov.Distance(samples, law.Cdf), 0, KolmogorovSmirnov.CriticalValue(N));
        }
        Assert.Equal(x0.ToDoubles(), x.ToDoubles());
        x.Dispose();
    }

    [Fact]
    public void One_step_is_a_schedule_too()
    {
        Compute.Seed(5);
        var forward = new ForwardProcess(NoiseSchedule.Linear().Rescaled(1));
        using Tensor x0 = Noise(50), ε = Noise(50), one = forward.Step(x0, 1, ε), closed = forward.Sample(x0, 1, ε), back = forward.SamplePosterior(one, x0, 1);
        Assert.Equal(closed.ToDoubles(), one.ToDoubles(), (a, b) => Abs(a - b) < 1e-6);
        Assert.Equal(x0.ToDoubles(), back.ToDoubles());
    }

    [Fact]
    public void A_walk_holds_every_step_and_begins_at_the_data()
    {
        Compute.Seed(6);
        using Tensor x0 = Noise(7, 2), walk = Forward.Walk(x0, 30), whole = new ForwardProcess(Schedule.Rescaled(12)).Walk(x0);
        Assert.Equal([31, 7, 2], walk.shape);
        Assert.Equal([13, 7, 2], whole.shape);
        Assert.Equal(x0.ToDoubles(), walk[0].ToDoubles());
    }

    [Fact]
    public void Gradients_flow_to_the_data_and_the_type_stays()
    {
        using Tensor x = ones(2, 3, dtype: ScalarType.Float64, device: Compute.Device, requires_grad: true), t = tensor(new long[] { 5, 900 });
        using Tensor noisy = Forward.Sample(x, t);
        Assert.Equal(ScalarType.Float64, noisy.dtype);
        noisy.sum().backward();
        Assert.Equal(Enumerable.Repeat(Schedule.SqrtAlphaBar[900], 3), x.grad![1].ToDoubles(), (a, b) => Abs(a - b) < 1e-7);
    }

    [Fact]
    public void Times_and_shapes_that_do_not_fit_are_refused()
    {
        using Tensor x = zeros(2, 3), wrong = zeros(3), whole = zeros(2, 3, dtype: ScalarType.Int64), t0 = tensor(new long[] { 0, 5 }), three = tensor(new long[] { 1, 2, 3 });
        Assert.Contains("t is 0, expected 1 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => Forward.Step(x, 0)).Message);
        Assert.Contains("t is 1001", Assert.Throws<ArgumentOutOfRangeException>(() => Forward.Sample(x, 1001)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Forward.Posterior(x, x, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Forward.Posterior(x, x, t0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Forward.Walk(x, 1001));
        Assert.Contains("loop over Step", Assert.Throws<ArgumentException>(() => Forward.Walk(x.expand(2, 3).repeat(100_000, 1))).Message);
        Assert.Contains("shape (3), expected one time for each item", Assert.Throws<ArgumentException>(() => Forward.Sample(x, three)).Message);
        Assert.Contains("shape (3), expected x's shape (2, 3)", Assert.Throws<ArgumentException>(() => Forward.Step(x, 1, wrong)).Message);
        Assert.Contains("floating-point", Assert.Throws<ArgumentException>(() => Forward.Step(whole, 1)).Message);
    }

    [Fact]
    public void Nothing_is_left_behind_but_the_result()
    {
        using Tensor x = Noise(64, 1, 8, 8), t = randint(1, 1001, 64);
        void Round()
        {
            using Tensor a = Forward.Step(x, 3), b = Forward.Sample(x, 3), c = Forward.Sample(x, t), d = Forward.SamplePosterior(x, c, 3), e = Forward.Walk(x, 5);
            var (mean, variance) = Forward.Posterior(x, c, t);
            mean.Dispose();
            variance.Dispose();
        }
        Round();        // the tables come to the device once
        long before = LiveTensors.Settled();
        for (int i = 0; i < 20; i++) Round();
        Assert.Equal(before, Tensor.TotalCount);
    }
}
