using static TorchSharp.torch;

namespace Diffusion;

/// <summary>What a model drew: samples, and the states on the way from noise to them where those were asked for. Lies on the CPU.</summary>
public sealed class GeneratedSamples : IDisposable
{
    const int RowsOfStrip = 16, ColumnsOfStrip = 9;

    internal GeneratedSamples(Tensor samples, Tensor? trajectory, IReadOnlyList<int> times, IReadOnlyList<int> classes) =>
        (Samples, Trajectory, Times, Classes) = (samples, trajectory, times, classes);

    /// <summary>The endings of a file name that <see cref="Save"/> knows.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".png", ".gif", ".safetensors"];

    /// <summary>The samples, float32 (N, C, H, W) in [−1, 1].</summary>
    public Tensor Samples { get; }

    /// <summary>x_t from the noise to the samples, float32 (frames, N, C, H, W); null where none was asked for.</summary>
    public Tensor? Trajectory { get; }

    /// <summary>The t of each state of <see cref="Trajectory"/>, falling to the end of the walk.</summary>
    public IReadOnlyList<int> Times { get; }

    /// <summary>The classes that were asked for, in turn: sample i is of class i mod their number. Empty where none was.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>The class that each sample was to be, int64 (N); null where none was asked for. Owned by the caller.</summary>
    public Tensor? Labels() => Classes.Count == 0 ? null : tensor(Enumerable.Range(0, (int)Samples.shape[0]).Select(i => (long)Classes[i % Classes.Count]).ToArray());

    /// <summary>
    /// Writes a file, whole or not at all. <c>.png</c>: the samples in a grid, with a column each for several classes, or with a trajectory the first 16 of them with a row each and time from left
    /// to right. <c>.gif</c>: the trajectory of all samples, looped. <c>.safetensors</c>: <c>samples</c>, their <c>classes</c> (int64) where any were asked for, and <c>trajectory</c> with its <c>times</c> (int64).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">The name ends in something else, or a GIF is asked for without a trajectory.</exception>
    public void Save(string path)
    {
        path = Path.GetFullPath(path);      // a bare name would go to the folder of the workbook's pictures
        using var scope = NewDisposeScope();
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".png":
                (Trajectory is null ? Grid(Samples) : Strip()).Save(path);
                break;
            case ".gif":
                if (Trajectory is null) throw new ArgumentException("A GIF shows the way from noise to the samples, so it needs draws that kept their trajectory.", nameof(path));
                new Animation("From noise to samples", Trajectory.unbind().Select(Grid)).Save(path);
                break;
            case ".safetensors":
                var tensors = new Dictionary<string, Tensor> { ["samples"] = Samples };
                if (Labels() is { } labels) tensors["classes"] = labels;
                if (Trajectory is not null) (tensors["trajectory"], tensors["times"]) = (Trajectory, tensor(Times.Select(t => (long)t).ToArray()));
                SafeTensors.Write(path, tensors);
                break;
            case var ending:
                throw new ArgumentException($"The file name ends in '{ending}', expected {string.Join(", ", Endings)}.", nameof(path));
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Samples.Dispose();
        Trajectory?.Dispose();
    }

    ImageGrid Grid(Tensor images) => Classes.Count > 1 && images.shape[0] >= Classes.Count
        ? ImageGrid.Of("", images, Classes.Count, columnLabels: Classes.Select(y => $"{y}"))
        : ImageGrid.Of("", images, (int)Math.Ceiling(Math.Sqrt(images.shape[0])));

    ImageGrid Strip()
    {
        int[] shown = Decimation.Indices(Times.Count, ColumnsOfStrip);
        Tensor rows = Trajectory!.narrow(1, 0, Math.Min(RowsOfStrip, Samples.shape[0])).index_select(0, tensor(shown.Select(i => (long)i).ToArray()));
        return ImageGrid.Of("", rows.transpose(0, 1).flatten(0, 1), shown.Length, columnLabels: shown.Select(i => $"t = {Times[i]}"));
    }
}
