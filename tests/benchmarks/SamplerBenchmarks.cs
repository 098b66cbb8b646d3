using BenchmarkDotNet.Attributes;
using Course.Datasets;
using Diffusion.Devices;
using Diffusion.Sampling;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Diffusion.Benchmarks;

/// <summary>A step of the sampler without the network: 64 digits at t = 500.</summary>
[InProcess]
public class SamplerBenchmarks
{
    Sampler sampler = null!;
    SeededNoise noise = null!;
    Tensor x = null!, said = null!, z = null!;

    [Params("DDPM", "DDIM")]
    public string Walk { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Seed(0);
        NoiseSchedule schedule = NoiseSchedule.Linear();
        sampler = Walk == "DDPM" ? Sampler.Ddpm(schedule) : Sampler.Ddim(schedule);
        noise = new SeededNoise(seed: 0, first: 0, count: 64, 1, Mnist.Size, Mnist.Size);
        (x, said, z) = (noise.Next(), noise.Next(), noise.Next());
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (IDisposable each in (IDisposable[])[noise, x, said, z]) each.Dispose();
    }

    [Benchmark]
    public void Step()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        sampler.Step(x, said, 500, 480, z);
    }

    [Benchmark]
    public void NoiseOfItsOwnForEverySample()
    {
        using Tensor next = noise.Next();
    }
}
