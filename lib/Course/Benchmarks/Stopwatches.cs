using System.Diagnostics;
using Diffusion.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Course.Benchmarks;

/// <summary>How long a piece of work takes: the median over repetitions, for a shared machine has hiccups and a mean would keep
/// them.</summary>
static class Stopwatches
{
    const int Fewest = 3;

    /// <summary>The median over repetitions, the first of which is not counted: it fills caches, and compiles what is compiled at first
    /// use.</summary>
    /// <param name="work">What is timed, each time within a dispose scope of its own.</param>
    /// <param name="repetitions">How often, at least 3.</param>
    /// <param name="budget">Seconds after which 3 repetitions are enough.</param>
    internal static double Median(Action work, int repetitions, double budget) => Median(Times(work, repetitions, budget));

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The seconds of every repetition but the first.</summary>
    internal static IReadOnlyList<double> Times(Action work, int repetitions, double budget)
    {
        Seconds(work);
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (times.Count < Fewest
            || (times.Count < repetitions && Stopwatch.GetElapsedTime(start).TotalSeconds < budget)) times.Add(Seconds(work));
        return times;
    }

    /// <summary>The seconds that it takes once; on a GPU until the GPU is done.</summary>
    internal static double Seconds(Action work)
    {
        Wait();
        long start = Stopwatch.GetTimestamp();
        using (NewDisposeScope()) work();
        Wait();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static void Wait()
    {
        if (Compute.Device.type == DeviceType.CUDA) cuda.synchronize();
        else if (Compute.Device.type == DeviceType.MPS)
            using (Tensor one = zeros(1, device: Compute.Device))
            using (one.cpu()) { }     // comes after all that was asked for before it
    }
}
