using Course.Evaluation;
using Course.Toys;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Tests.Sampling;

public sealed class SamplerTests
{
    static readonly NoiseSchedule schedule = NoiseSchedule.Linear();

    /// <summary>With one data point a the exact network is known: ε = (x_t − √ᾱ_t·a)/√(1−ᾱ_t).</summary>
    static Func<Tensor, Tensor, Tensor> Knowing(double a) => (x, t) =>
    {
        int time = (int)t.ToDoubles()[0];
        return (x - schedule.SqrtAlphaBar[time] * a) / schedule.SqrtOneMinusAlphaBar[time];
    };

    [Fact]
    public void A_ddpm_step_is_the_posterior_mean_at_the_predicted_x0_plus_its_noise()
    {
        Compute.Seed(1);
        using var scope = NewDisposeScope();
        Tensor x = randn(64, dtype: ScalarType.Float64), ε = randn(64, dtype: ScalarType.Float64), z = randn(64, dtype: ScalarType.Float64);
        var sampler = new Sampler(schedule, [(400, 399)]) { Clip = null };
        (Tensor found, Tensor x0) = sampler.Step(x, ε, 400, 399, z);
        (Tensor mean, double variance) = new ForwardProcess(schedule).Posterior(x, x0, 400);
        Assert.InRange((found - (mean + Math.Sqrt(variance) * z)).abs().max().item<double>(), 0, 1e-12);
        // Eq. (11): the same mean, from ε directly.
        Tensor eq11 = (x - schedule.Beta[400] / schedule.SqrtOneMinusAlphaBar[400] * ε) / Math.Sqrt(schedule.Alpha[400]);
        Assert.InRange((mean - eq11).abs().max().item<double>(), 0, 1e-12);
    }

    [Theory]
    [InlineData(Parameterization.X0)]
    [InlineData(Parameterization.V)]
    public void What_the_network_predicts_does_not_change_the_step(Parameterization target)
    {
        Compute.Seed(2);
        using var scope = NewDisposeScope();
        Tensor x0 = randn(64, dtype: ScalarType.Float64) * 0.3, ε = randn(64, dtype: ScalarType.Float64), z = randn(64, dtype: ScalarType.Float64);
        double a = schedule.SqrtAlphaBar[300], s = schedule.SqrtOneMinusAlphaBar[300];
        Tensor output = target == Parameterization.X0 ? x0 : a * ε - s * x0;
        Tensor expected = Step(Parameterization.Epsilon, ε), found = Step(target, output);
        Assert.InRange((expected - found).abs().max().item<double>(), 0, 1e-12);

        Tensor Step(Parameterization of, Tensor said) => new Sampler(schedule, [(300, 250)]) { Parameterization = of }.Step(a * x0 + s * ε, said, 300, 250, z).X;
    }

    [Fact]
    public void Ddim_with_eta_1_is_ddpm_only_when_the_noise_is_recomputed_from_the_clipped_x0()
    {
        Compute.Seed(3);
        using var scope = NewDisposeScope();
        Tensor x = randn(256, dtype: ScalarType.Float64), ε = randn(256, dtype: ScalarType.Float64) * 2, z = randn(256, dtype: ScalarType.Float64);
        Tensor Step(bool recomputes, double? clip) =>
            new Sampler(schedule, [(500, 480)]) { Variance = ReverseVariance.Scaled(1), RecomputesNoise = recomputes, Clip = clip }.Step(x, ε, 500, 480, z).X;
        Tensor Ddpm(double? clip) => new Sampler(schedule, [(500, 480)]) { Clip = clip }.Step(x, ε, 500, 480, z).X;
        Assert.InRange((Step(true, 1) - Ddpm(1)).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((Step(false, null) - Ddpm(null)).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((Step(false, 1) - Ddpm(1)).abs().max().item<double>(), 1e-2, double.MaxValue);
    }

    /// <summary>No sampler can be written whose fresh noise is not taken from the direction term: given x₀ and ε, x_s has q(x_s | x₀)'s variance for every η.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void What_is_drawn_anew_is_taken_from_what_was_known(double eta)
    {
        using var scope = NewDisposeScope();
        foreach (Sampler made in (Sampler[])[Sampler.Ddpm(schedule), Sampler.Ddim(schedule, 50), new Sampler(schedule, [(500, 300)])])
        {
            Sampler sampler = made with { Variance = ReverseVariance.Scaled(eta), Clip = null };
            double Moved(double ε, double z) =>          // x_s for x₀ = 0: linear in the noise that was there and the noise that is drawn
                sampler.Step(full([1], schedule.SqrtOneMinusAlphaBar[500] * ε, dtype: ScalarType.Float64), full([1], ε, dtype: ScalarType.Float64), 500, 300,
                    full([1], z, dtype: ScalarType.Float64)).X.item<double>();
            Assert.Equal(schedule.OneMinusAlphaBar[300], Math.Pow(Moved(1, 0), 2) + Math.Pow(Moved(0, 1), 2), 12);
            Assert.Equal(eta == 0, Moved(0, 1) == 0);
        }
    }

    [Fact]
    public void A_variance_is_one_value()
    {
        Assert.Equal(ReverseVariance.Posterior, ReverseVariance.Scaled(1));
        Assert.NotEqual(ReverseVariance.Posterior, ReverseVariance.Forward);
        foreach (double eta in (double[])[-0.1, 1.1, double.NaN])
            Assert.Contains("expected 0", Assert.Throws<ArgumentOutOfRangeException>(() => Sampler.Ddim(schedule, 50, eta)).Message);
        Assert.Equal(["β̃", "β", "η²β̃, η = 0.5"], ((ReverseVariance[])[ReverseVariance.Posterior, ReverseVariance.Forward, ReverseVariance.Scaled(0.5)]).Select(v => v.ToString()));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(37)]
    [InlineData(1)]
    public void With_the_exact_network_of_one_point_every_walk_ends_there(int steps)
    {
        Compute.Seed(4);
        using var scope = NewDisposeScope();
        Tensor start = randn(100, dtype: ScalarType.Float64);
        foreach (Sampler sampler in (Sampler[])[Sampler.Ddpm(schedule, steps), Sampler.Ddpm(schedule, steps, ReverseVariance.Forward), Sampler.Ddim(schedule, steps), Sampler.Ddim(schedule, steps, 0.5)])
            Assert.InRange((sampler.Sample(Knowing(0.4), start) - 0.4).abs().max().item<double>(), 0, 1e-9);
    }

    [Fact]
    public void Ddpm_with_the_exact_denoiser_draws_from_the_mixture()
    {
        Compute.Seed(5);
        const int n = 20_000;
        GaussianMixture mixture = GaussianMixture.FourModes;
        using var scope = NewDisposeScope();
        var sampler = new Sampler(schedule, ReverseTimes.Following(ReverseTimes.Times(1000, 1000))) { Clip = null };
        using Tensor end = sampler.Sample((x, t) => mixture.OptimalNoise(x, schedule.AlphaBar[(int)t.ToDoubles()[0]]), randn(n, dtype: ScalarType.Float64));
        // The walk's own discretisation is a bias of order 1/T; the bound allows it twice the critical distance of n draws.
        Assert.InRange(KolmogorovSmirnov.Distance(end.ToDoubles(), x => mixture.Cdf(x)), 0, 2 * KolmogorovSmirnov.CriticalValue(n));
    }

    [Fact]
    public void The_same_latent_gives_the_same_end_without_fresh_noise()
    {
        using var scope = NewDisposeScope();
        Compute.Seed(6);
        Tensor start = randn(10, dtype: ScalarType.Float64);
        Func<Tensor, Tensor, Tensor> network = (x, t) => GaussianMixture.FourModes.OptimalNoise(x, schedule.AlphaBar[(int)t.ToDoubles()[0]]);
        Sampler sampler = Sampler.Ddim(schedule, 20);
        Assert.Equal(sampler.Sample(network, start).ToDoubles(), sampler.Sample(network, start).ToDoubles());
    }

    [Fact]
    public void A_walk_leaves_nothing_behind_even_when_it_is_abandoned()
    {
        using Tensor start = randn(10);
        Walk(50);
        long before = LiveTensors.Settled();
        Walk(3);
        Walk(50);
        Assert.Equal(before, Tensor.TotalCount);

        void Walk(int steps)
        {
            foreach ((int i, ReverseStep step) in Sampler.Ddpm(schedule, 50).Walk((x, t) => x * 0.1, start).Index())
                if (i + 1 == steps) break;
        }
    }

    [Fact]
    public void Steps_that_do_not_go_back_are_refused()
    {
        Assert.Contains("t = 5 to s = 5", Assert.Throws<ArgumentException>(() => new Sampler(schedule, [(5, 5)])).Message);
        Assert.Contains("t = 1001", Assert.Throws<ArgumentException>(() => new Sampler(schedule, [(1001, 0)])).Message);
        Assert.Contains("no steps", Assert.Throws<ArgumentException>(() => new Sampler(schedule, [])).Message);
        Assert.Contains("expected 1 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => Sampler.Ddpm(schedule, 1001)).Message);
        Assert.Contains("expected 1 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => Sampler.Ddim(schedule, 0)).Message);
    }
}
