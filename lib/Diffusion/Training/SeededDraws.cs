using Diffusion.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>
/// The random draws of training, each step's from a generator seeded by (seed, step): a training that was stopped goes on with the very
/// numbers it would have drawn, and what the caller draws between two steps changes none of them.
/// </summary>
/// <remarks>
/// They are drawn on the CPU and moved: a <see cref="Generator"/> of TorchSharp 0.107 is the CPU's whatever device it is given
/// (dotnet/TorchSharp #1194), and a draw on the GPU with it is refused or, of a permutation, breaks the heap. So every device draws the
/// same.
/// </remarks>
/// <param name="items">How many there are to draw from.</param>
/// <param name="batchSize">Items a step.</param>
/// <param name="times">T.</param>
/// <param name="seed">Decides all draws.</param>
/// <param name="cumulative">The probability of a time of at most 0, 1, … T; null where all of 1…T are equally probable.</param>
public sealed class SeededDraws(long items, int batchSize, int times, long seed, double[]? cumulative = null) : IDisposable
{
    const long OfSteps = 1, OfEpochs = 2, OfChanges = 3, OfLabels = 4;

    readonly Generator generator = new(0, CPU);
    readonly Tensor? upTo = cumulative is null ? null : tensor(cumulative, ScalarType.Float64, CPU).DetachFromDisposeScope();
    Tensor? order;
    long epochOfOrder = -1;

    /// <summary>The items of step k = 0, 1, …: int64 (B). Every epoch goes through the data in a new order; a rest smaller than a batch
    /// waits for another.</summary>
    public Tensor Items(long k)
    {
        long perEpoch = items / batchSize, epoch = k / perEpoch;
        if (epoch != epochOfOrder)
        {
            order?.Dispose();
            Seed(OfEpochs, epoch);
            order = OnDevice(randperm(items, ScalarType.Int64, CPU, generator: generator)).DetachFromDisposeScope();
            epochOfOrder = epoch;
        }
        return order!.narrow(0, k % perEpoch * batchSize, batchSize);
    }

    /// <summary>t in 1…T, int64 (B), and ε ~ N(0, I) in the shape of x₀, of step k.</summary>
    public (Tensor T, Tensor Noise) TimesAndNoise(long k, Tensor x0)
    {
        Seed(OfSteps, k);
        Tensor t = upTo is null ? randint(1, times + 1, [x0.shape[0]], ScalarType.Int64, CPU, generator: generator) : Weighted(x0.shape[0]);
        return (OnDevice(t), OnDevice(randn(x0.shape, x0.dtype, CPU, generator: generator)));
    }

    // The first t up to which there is more probability than a number uniform in [0, 1).
    Tensor Weighted(long count)
    {
        using Tensor uniform = rand([count], ScalarType.Float64, CPU, generator: generator);
        return searchsorted(upTo!, uniform, right: true);
    }

    /// <summary>Which labels of step k are dropped, each with this probability: bool (B). From a stream of their own: the other draws are
    /// those of a training without.</summary>
    public Tensor Dropped(long k, double probability)
    {
        using var scope = NewDisposeScope();
        Seed(OfLabels, k);
        return OnDevice(rand([batchSize], ScalarType.Float64, CPU, generator: generator) < probability).MoveToOuterDisposeScope();
    }

    /// <summary>Numbers uniform in [−1, 1], float32 (B, columns), of step k: what changes the data a little before they are learned
    /// from.</summary>
    public Tensor Uniform(long k, long rows, long columns)
    {
        Seed(OfChanges, k);
        using Tensor unit = rand([rows, columns], ScalarType.Float32, CPU, generator: generator);
        return OnDevice(unit.mul_(2).sub_(1).alias());
    }

    static Tensor OnDevice(Tensor drawn)
    {
        if (Compute.Device.type == DeviceType.CPU) return drawn;
        using (drawn) return drawn.to(Compute.Device);
    }

    void Seed(long stream, long index) =>
        generator.manual_seed((long)SplitMix64.Next(SplitMix64.Next(SplitMix64.Next((ulong)seed) + (ulong)stream) + (ulong)index));

    /// <summary>Frees the generator.</summary>
    public void Dispose()
    {
        order?.Dispose();
        upTo?.Dispose();
        generator.Dispose();
    }
}
