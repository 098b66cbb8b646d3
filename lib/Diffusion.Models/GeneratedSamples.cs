using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>What a model drew: samples, and the states on the way from noise to them where those were asked for. Lies on the CPU.</summary>
public sealed class GeneratedSamples : IDisposable
{
    internal GeneratedSamples(Tensor samples, Tensor? trajectory, IReadOnlyList<int> times, IReadOnlyList<int> classes) =>
        (Samples, Trajectory, Times, Classes) = (samples, trajectory, times, classes);

    /// <summary>The samples, float32 (N, C, H, W) in [−1, 1].</summary>
    public Tensor Samples { get; }

    /// <summary>x_t from the noise to the samples, float32 (frames, N, C, H, W); null where none was asked for.</summary>
    public Tensor? Trajectory { get; }

    /// <summary>The t of each state of <see cref="Trajectory"/>, falling to the end of the walk.</summary>
    public IReadOnlyList<int> Times { get; }

    /// <summary>The classes that were asked for, in turn: sample i is of class i mod their number. Empty where none was.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>The class that each sample was to be, int64 (N); null where none was asked for. Owned by the caller.</summary>
    public Tensor? Labels() => Classes.Count == 0 ? null
        : tensor(Enumerable.Range(0, (int)Samples.shape[0]).Select(i => (long)Classes[i % Classes.Count]).ToArray(), device: CPU);

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Samples.Dispose();
        Trajectory?.Dispose();
    }
}
