using BenchmarkDotNet.Attributes;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Diffusion.Benchmarks;

/// <summary>Making a schedule, and what training asks of it in every step.</summary>
[InProcess]
public class ScheduleBenchmarks
{
    readonly NoiseSchedule schedule = NoiseSchedule.Linear();
    ForwardProcess forward = null!;
    Tensor x0 = null!, noise = null!, t = null!;

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Seed(0);
        forward = new ForwardProcess(schedule);
        x0 = rand([64, 1, 32, 32], device: Compute.Device);
        noise = randn([64, 1, 32, 32], device: Compute.Device);
        t = randint(1, schedule.T + 1, [64], ScalarType.Int64, Compute.Device);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (Tensor each in (Tensor[])[x0, noise, t]) each.Dispose();
    }

    [Benchmark]
    public NoiseSchedule Linear() => NoiseSchedule.Linear(schedule.T);

    [Benchmark]
    public void NoisyBatch()
    {
        using Tensor xt = forward.Sample(x0, t, noise);
    }
}
