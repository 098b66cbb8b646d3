using Diffusion.Models;
using Diffusion.Models.Files;
using Figures;
using static TorchSharp.torch;

namespace Course.Display;

/// <summary>What a model drew, as a picture, a film or tensors.</summary>
public static class SamplesFile
{
    const int RowsOfStrip = 16, ColumnsOfStrip = 9;

    /// <summary>The endings of a file name that <see cref="Save"/> knows.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".png", ".gif", ".safetensors"];

    /// <summary>
    /// Writes a file, whole or not at all. <c>.png</c>: the samples in a grid, with a column each for several classes, or with a trajectory
    /// the first 16 of them with a row each and time from left to right. <c>.gif</c>: the trajectory of all samples, looped.
    /// <c>.safetensors</c>:
    /// <c>samples</c>, their <c>classes</c> (int64) where any were asked for, and <c>trajectory</c> with its <c>times</c> (int64).
    /// </summary>
    /// <param name="drawn">What the model drew.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">The name ends in something else, or a GIF is asked for without a trajectory.</exception>
    public static void Save(this GeneratedSamples drawn, string path)
    {
        path = Path.GetFullPath(path);      // a bare name would go to the folder of the workbook's pictures
        using var scope = NewDisposeScope();
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".png":
                (drawn.Trajectory is null ? Grid(drawn, drawn.Samples) : Strip(drawn)).Save(path);
                break;
            case ".gif":
                if (drawn.Trajectory is null)
                    throw new ArgumentException("A GIF shows the way from noise to the samples, so it needs draws "
                        + "that kept their trajectory.", nameof(path));
                new Animation("From noise to samples", drawn.Trajectory.unbind().Select(x => Grid(drawn, x))).Save(path);
                break;
            case ".safetensors":
                SafeTensors.Write(path, Tensors(drawn));
                break;
            case var ending:
                throw new ArgumentException($"The file name ends in '{ending}', expected {string.Join(", ", Endings)}.", nameof(path));
        }
    }

    static Dictionary<string, Tensor> Tensors(GeneratedSamples drawn)
    {
        var tensors = new Dictionary<string, Tensor> { ["samples"] = drawn.Samples };
        if (drawn.Labels() is { } labels) tensors["classes"] = labels;
        if (drawn.Trajectory is { } trajectory)
            (tensors["trajectory"], tensors["times"]) = (trajectory, tensor(drawn.Times.Select(t => (long)t).ToArray(), device: CPU));
        return tensors;
    }

    static ImageGrid Grid(GeneratedSamples drawn, Tensor images) => drawn.Classes.Count > 1 && images.shape[0] >= drawn.Classes.Count
        ? Images.Of("", images, drawn.Classes.Count, columnLabels: drawn.Classes.Select(y => $"{y}"))
        : Images.Of("", images, (int)Math.Ceiling(Math.Sqrt(images.shape[0])));

    static ImageGrid Strip(GeneratedSamples drawn)
    {
        int states = drawn.Times.Count, columns = Math.Min(states, ColumnsOfStrip);
        int[] shown = [.. Enumerable.Range(0, columns).Select(i => (int)((long)i * (states - 1) / Math.Max(1, columns - 1)))];
        Tensor rows = drawn.Trajectory!.narrow(1, 0, Math.Min(RowsOfStrip, drawn.Samples.shape[0]))
            .index_select(0, tensor(shown.Select(i => (long)i).ToArray(), device: CPU));
        return Images.Of("", rows.transpose(0, 1).flatten(0, 1), shown.Length, columnLabels: shown.Select(i => $"t = {drawn.Times[i]}"));
    }
}
