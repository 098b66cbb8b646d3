using System.Text.Json;
using System.Text.Json.Nodes;
using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Sampling;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>A model as diffusers keeps it, ready to draw: the network and the file that says how to sample from it.</summary>
public sealed class PretrainedModel : IDisposable
{
    PretrainedModel(UNet network, SchedulerConfig scheduler, ImageSize size) => (Network, Scheduler, Size) = (network, scheduler, size);

    /// <summary>The network, on <see cref="Compute.Device"/>.</summary>
    public UNet Network { get; }

    /// <summary>Schedule, prediction target and how to sample.</summary>
    public SchedulerConfig Scheduler { get; }

    /// <summary>Height and width of what it draws: <c>sample_size</c> of its config.json.</summary>
    public ImageSize Size { get; }

    /// <summary>Opens a folder with config.json, weights and scheduler_config.json, or a pipeline's folder, where they lie in unet/ and
    /// scheduler/.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the network cannot draw: no size, or not as many channels out as
    /// in.</exception>
    /// <exception cref="NotSupportedException">An option is not supported.</exception>
    public static PretrainedModel Open(string folder)
    {
        RequirePictures(folder);
        string network = ModelFiles.Part(folder, "unet", ModelFiles.Config), file = Path.Combine(network, ModelFiles.Config);
        UNetConfig config = UNetConfigJson.Read(file);
        if (config.SampleSize is not { } size)
            throw new InvalidDataException($"{file}: sample_size is null, so nobody knows how large an image to draw: write "
                + "the images' size there.");
        if (config.OutChannels != config.InChannels)
            throw new InvalidDataException($"{file}: out_channels is {config.OutChannels} and in_channels {config.InChannels}, "
                + "expected the same number: from another a step back cannot be computed.");
        try
        {
            config.RequireSize(size);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{file}: {error.Message}", error);
        }
        SchedulerConfig scheduler = SchedulerConfig.Load(ModelFiles.Part(folder, "scheduler", ModelFiles.Scheduler));
        return new(UNetFolder.Load(network), scheduler, size);
    }

    /// <summary>Draws samples from pure noise, a batch at a time.</summary>
    /// <remarks>
    /// Starting noise and step noise come from <see cref="SeededNoise"/>: the same seed gives the same samples, whatever the batch and with
    /// or without trajectory. (A network may round differently in batches of different size; that is all that can differ.)
    /// </remarks>
    /// <param name="sampler">How to walk, for example <c>Scheduler.Sampler(steps: 50)</c>.</param>
    /// <param name="count">N, at least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="batch">How many at once, at least 1: more are faster and need more memory.</param>
    /// <param name="frames">How many states to keep on the way, first and last among them; 0 for none. A short walk has fewer.</param>
    /// <param name="progress">Told after every step how many are done, over all batches.</param>
    /// <param name="classes">Which to draw, in turn: sample i is of class i mod their number. Null draws any where the network has a null
    /// class.</param>
    /// <param name="guidance">w of <see cref="Guidance"/>; 1 draws the classes as they were learned. With any other a DDIM sampler should
    /// recompute the noise.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ArgumentException">Classes or guidance do not fit the network.</exception>
    /// <exception cref="InvalidDataException">The network gave NaN or ±∞.</exception>
    public GeneratedSamples Draw(Sampler sampler, int count, long seed, int batch = 64, int frames = 0, Action<int>? progress = null,
        IReadOnlyList<int>? classes = null, double guidance = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (classes is { Count: 0 }) throw new ArgumentException("classes is empty, expected at least one, or null.", nameof(classes));
        if (classes is null && guidance != 1)
            throw new ArgumentException($"guidance is {guidance} and no class is given to be guided to: give "
                + "one, or a guidance of 1.", nameof(guidance));
        Guidance.Require(Network, guidance);
        IReadOnlyList<int>? told = classes ?? (Network.Config.NullClass is { } any ? [any] : null);
        int[] kept = frames < 1 ? [] : Evenly(sampler.Steps.Count + 1, frames);   // state 0 is the noise
        long[] image = [Network.Config.InChannels, Size.Height, Size.Width];
        RequireMemory((1L + kept.Length) * count * image.Aggregate(sizeof(float), (long product, long side) => product * side));

        using var scope = NewDisposeScope();
        Tensor samples = empty([count, .. image], ScalarType.Float32, CPU);                                          // (N, C, H, W)
        // (frames, N, C, H, W)
        Tensor? trajectory = kept.Length == 0 ? null : empty([kept.Length, count, .. image], ScalarType.Float32, CPU);
        int done = 0;
        for (int first = 0; first < count; first += batch)
        {
            int size = Math.Min(batch, count - first);
            using Tensor? labels = told is null ? null        // on the CPU, where their range is checked
                : tensor(Enumerable.Range(first, size).Select(i => (long)told[i % told.Count]).ToArray(), ScalarType.Int64, CPU);
            Tensor Predict(Tensor x, Tensor t) => labels is null ? Network.Predict(x, t) : Network.PredictGuided(x, t, labels, guidance);
            using var noise = new SeededNoise(seed, first, size, image);
            using Tensor start = noise.Next();
            Keep(start, 0);
            Func<int, Tensor>? fresh = sampler.Variance.Eta == 0 ? null : _ => noise.Next();
            foreach ((int i, ReverseStep step) in sampler.Walk(Predict, start, fresh).Index())
            {
                Keep(step.X, i + 1);
                if (i + 1 == sampler.Steps.Count) Copy(step.X.clamp(-1, 1), samples.narrow(0, first, size));
                progress?.Invoke(++done);
            }

            void Keep(Tensor x, int state)
            {
                int frame = Array.IndexOf(kept, state);
                if (frame >= 0) Copy(x, trajectory![frame].narrow(0, first, size));
            }
        }
        if (!samples.isfinite().all().item<bool>())
            throw new InvalidDataException("The model drew values that are not finite: its weights are damaged, or "
                + "its training went astray.");
        int[] times = [sampler.Steps[0].T, .. sampler.Steps.Select(pair => pair.S)];
        return new(samples.DetachFromDisposeScope(), trajectory?.DetachFromDisposeScope(),
            [.. kept.Select(state => times[state])], classes ?? []);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    // The first and the last of so many, and others between them, at most `most` in all.
    static int[] Evenly(int count, int most) => most == 1 ? [0]
        : [.. Enumerable.Range(0, Math.Min(count, most))
            .Select(i => (int)((long)i * (count - 1) / Math.Max(1, Math.Min(count, most) - 1)))];

    static void Copy(Tensor from, Tensor to)
    {
        using var scope = NewDisposeScope();
        to.copy_(from);
    }

    static void RequireMemory(long bytes)
    {
        long there = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > there)
            throw new InvalidOperationException($"These draws would take {bytes / 1e9:0} GB of memory and there are {there / 1e9:0} GB: "
                + "draw fewer at a time, with another seed each.");
    }

    /// <summary>Refuses a pipeline whose network does not draw pictures.</summary>
    static void RequirePictures(string folder)
    {
        string file = Path.Combine(folder, ModelFiles.Pipeline);
        if (!File.Exists(file)) return;
        JsonObject? index;
        try
        {
            index = JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file} is not valid JSON in line {error.LineNumber + 1}.", error);
        }
        string pipeline = index?["_class_name"] is JsonValue value && value.TryGetValue(out string? name) ? name : "of no class";
        string[] others = [.. (index ?? []).Where(part => !part.Key.StartsWith('_') && part.Key is not ("unet" or "scheduler")
            && part.Value is JsonArray { Count: 2 } list && list[0] is not null)
            .Select(part => part.Key)];
        if (others.Length > 0)
            throw new InvalidDataException($"{file}: the pipeline is {pipeline} with {string.Join(", ", others)}, so its network draws "
                + "latents or something other than pictures: expected a DDPMPipeline or DDIMPipeline of unet and scheduler alone.");
    }
}
