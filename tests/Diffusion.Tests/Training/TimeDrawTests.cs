using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Diffusion.Tests.Training;

public class TimeDrawTests
{
    // Says 0 and keeps the times it was asked about.
    sealed class Listener : Denoiser
    {
        readonly TorchSharp.Modules.Parameter weight = nn.Parameter(zeros(1));

        public Listener() : base(nameof(Listener)) => RegisterComponents();

        public List<long> Times { get; } = [];

        public override Tensor forward(Tensor x, Tensor t)
        {
            Times.AddRange((t + 1).cpu().data<long>());
            return weight * zeros_like(x);
        }

        protected override Denoiser Alike() => new Listener();
    }

    static long[] Drawn(TimeDraw draw, NoiseSchedule schedule, long seed = 4)
    {
        using var network = new Listener();
        using Tensor data = zeros([100, 2]);
        using var trainer = new Trainer(network, schedule, data, new() { Steps = 400, BatchSize = 100, Times = draw, Seed = seed });
        foreach (TrainingStep _ in trainer.Run()) { }
        return [.. network.Times];
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    public void Middle_draws_each_time_as_often_as_signal_times_noise_says(int T)
    {
        NoiseSchedule schedule = NoiseSchedule.Cosine().Rescaled(T);
        long[] times = Drawn(TimeDraw.Middle, schedule);
        Assert.All(times, t => Assert.InRange(t, 1, T));
        double all = Enumerable.Range(1, T).Sum(t => schedule.SqrtAlphaBar[t] * schedule.SqrtOneMinusAlphaBar[t]);
        for (int t = 1; t <= T; t++)
        {
            double p = schedule.SqrtAlphaBar[t] * schedule.SqrtOneMinusAlphaBar[t] / all, n = times.Length;
            Assert.InRange(times.Count(drawn => drawn == t), n * p - 4.5 * Math.Sqrt(n * p * (1 - p)), n * p + 4.5 * Math.Sqrt(n * p * (1 - p)));
        }
    }

    [Fact]
    public void The_same_seed_draws_the_same_times_and_another_others()
    {
        NoiseSchedule schedule = NoiseSchedule.Linear();
        Assert.Equal(Drawn(TimeDraw.Middle, schedule), Drawn(TimeDraw.Middle, schedule));
        Assert.NotEqual(Drawn(TimeDraw.Middle, schedule), Drawn(TimeDraw.Middle, schedule, seed: 5));
        Assert.NotEqual(Drawn(TimeDraw.Middle, schedule), Drawn(TimeDraw.Uniform, schedule));
    }
}
