using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Sampling;

/// <summary>
/// Standard normal noise for samples that are drawn a batch at a time: every sample has a random generator of its own, seeded by the seed
/// and the sample's number. So sample 17 gets the same noise whatever the size of the batches, however many samples there are, and on every
/// device.
/// </summary>
public sealed class SeededNoise : IDisposable
{
    readonly Generator[] generators;
    readonly long[] shape;

    /// <summary>The noise of the samples first, first + 1, …, first + count − 1.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="first">The number of the first sample, from 0.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="shape">The shape of one sample: (C, H, W) for an image.</param>
    public SeededNoise(long seed, long first, int count, params long[] shape)
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"count is {count}, expected at least one sample.");
        this.shape = [.. shape];
        // A generator takes 32 bits. Neighbours in number are neighbours there, so no two samples of a seed are alike; seeds lie far apart.
        generators =
            [.. Enumerable.Range(0, count).Select(i => new Generator((uint)(SplitMix64.Mixed((ulong)seed) + (ulong)(first + i)), CPU))];
    }

    /// <summary>The next noise of every sample, float32 (count, …) on <see cref="Compute.Device"/>, owned by the caller.</summary>
    public Tensor Next()
    {
        using var scope = NewDisposeScope();
        Tensor[] each = [.. generators.Select(generator => randn(shape, ScalarType.Float32, CPU, generator: generator))];
        return stack(each).to(Compute.Device).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the generators.</summary>
    public void Dispose()
    {
        foreach (Generator generator in generators) generator.Dispose();
    }
}
