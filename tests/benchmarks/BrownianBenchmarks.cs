using BenchmarkDotNet.Attributes;
using Course.Brownian;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Benchmarks;

/// <summary>A million molecules: a step beside the two million random numbers that it needs, a look at them, and paths that are kept.</summary>
[InProcess]
public class BrownianBenchmarks
{
    const long Molecules = 1_000_000;

    InkDrop ink = null!;
    Tensor numbers = null!;

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Seed(0);
        ink = new InkDrop(Molecules);
        numbers = empty([2 * Molecules], device: Compute.Device);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        ink.Dispose();
        numbers.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void TwoRandomNumbersForEach() => numbers.normal_();

    [Benchmark]
    public void Step() => ink.Step(0.01);

    [Benchmark]
    public InkFrame Observe() => ink.Observe();

    readonly int thousand = 1000;

    [Benchmark]
    public void WalkOf1000By1000()
    {
        using Tensor walk = BrownianMotion.Walk(thousand, thousand, 0.01);
    }
}
