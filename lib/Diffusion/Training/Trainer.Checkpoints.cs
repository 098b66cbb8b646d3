using System.Globalization;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Diffusion;

public sealed partial class Trainer
{
    const string Weight = "weights.", Averaged = "average.", Mean = "adam_m.", Square = "adam_v.", AlphaBar = "alpha_bar";

    /// <summary>Writes all that is needed to go on as if never stopped: weights, their average, the optimiser, the step and the options. Whole or not at all.</summary>
    /// <param name="path">A safetensors file; what was there is replaced.</param>
    /// <exception cref="InvalidOperationException">The weights are no longer numbers; the file there stays as it was.</exception>
    public void Save(string path)
    {
        using var scope = NewDisposeScope();
        if (!weights.Values.isfinite().all().item<bool>())
            throw new InvalidOperationException($"The weights of step {StepsDone} hold values that are no numbers, and were not saved: go on from an earlier checkpoint with a learning rate below {Options.LearningRate}.");
        var tensors = Stored().ToDictionary(entry => entry.Name, entry => entry.View);
        tensors[AlphaBar] = tensor(Schedule.AlphaBar.ToArray());
        SafeTensors.Write(path, tensors, Notes());
    }

    /// <summary>Goes on from a checkpoint: the steps that follow are, bit for bit, those that would have followed there.</summary>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or another network's, another schedule's, other data's or made with other options: the sentence says which. Nothing has changed then.</exception>
    public void Resume(string path)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var file = SafeTensors.Open(path);
        if (!file.Metadata.TryGetValue("step", out string? text) || !long.TryParse(text, CultureInfo.InvariantCulture, out long step) || !file.Tensors.ContainsKey(AlphaBar))
            throw NoCheckpoint(path);
        (string Name, Tensor View)[] stored = [.. Stored()];
        foreach (var (name, view) in stored)
            if (!file.Tensors.TryGetValue(name, out SafeTensor? there) || !there.Shape.SequenceEqual(view.shape) || there.Type != view.dtype)
                throw new InvalidDataException($"{path} is a checkpoint of another network: it has {(there is null ? $"no '{name}'" : $"'{name}' as {there.Type} {SafeTensor.Format(there.Shape)}, expected {view.dtype} {SafeTensor.Format(view.shape)}")}.");
        if (file.Tensors.Count != stored.Length + 1)
            throw new InvalidDataException($"{path} is a checkpoint of another network: it has {file.Tensors.Count} tensors, expected {stored.Length + 1}.");
        if (!file.Read(AlphaBar).ToDoubles().SequenceEqual(Schedule.AlphaBar))
            throw new InvalidDataException($"{path} is a checkpoint of a training with another schedule, expected {Schedule}.");
        foreach (var (key, expected) in Notes())
            if (key != "step" && file.Metadata.GetValueOrDefault(key) is var found && found != expected)
                throw new InvalidDataException($"{path} was written by a training with {key} = {found ?? "nothing"}, this one has {expected}: give it the same {key}.");

        foreach (var (name, view) in stored) file.CopyTo(name, view);
        lossSum.zero_();
        (StepsDone, summedLosses) = (step, 0);
    }

    /// <summary>The options of the training that wrote a checkpoint.</summary>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged or no checkpoint.</exception>
    public static TrainingOptions OptionsOf(string path)
    {
        using var file = SafeTensors.Open(path);
        return new()
        {
            Steps = Note<long>(nameof(TrainingOptions.Steps)),
            BatchSize = Note<int>(nameof(TrainingOptions.BatchSize)),
            LearningRate = Note<double>(nameof(TrainingOptions.LearningRate)),
            WarmUpSteps = Note<int>(nameof(TrainingOptions.WarmUpSteps)),
            WeightDecay = Note<double>(nameof(TrainingOptions.WeightDecay)),
            GradientClip = Note<double>(nameof(TrainingOptions.GradientClip)),
            EmaDecay = Note<double>(nameof(TrainingOptions.EmaDecay)),
            Target = Enum.TryParse(file.Metadata.GetValueOrDefault(nameof(TrainingOptions.Target)), out PredictionTarget target) ? target : throw NoCheckpoint(path),
            Seed = Note<long>(nameof(TrainingOptions.Seed)),
        };

        V Note<V>(string key) where V : IParsable<V> =>
            V.TryParse(file.Metadata.GetValueOrDefault(key), CultureInfo.InvariantCulture, out V? value) ? value : throw NoCheckpoint(path);
    }

    static InvalidDataException NoCheckpoint(string path) =>
        new($"{path} is no checkpoint of a training: expected a file that a training wrote, for example {TrainingFolder.CheckpointFile}.");

    IEnumerable<(string Name, Tensor View)> Stored() =>
        Named(Weight, weights.Values).Concat(Named(Averaged, average.Values)).Concat(Named(Mean, optimiser.M)).Concat(Named(Square, optimiser.V));

    IEnumerable<(string Name, Tensor View)> Named(string prefix, Tensor vector) => weights.Pieces(vector).Select(piece => (prefix + piece.Name, piece.View));

    Dictionary<string, string> Notes() => new()
    {
        ["step"] = Invariant(StepsDone),
        ["data"] = $"{SafeTensor.Format(data.shape)}, {Fingerprint()}",
        ["body type"] = (Network as UNet)?.BodyType?.ToString() ?? "Float32",
        [nameof(Options.Steps)] = Invariant(Options.Steps),
        [nameof(Options.BatchSize)] = Invariant(Options.BatchSize),
        [nameof(Options.LearningRate)] = Invariant(Options.LearningRate),
        [nameof(Options.WarmUpSteps)] = Invariant(Options.WarmUpSteps),
        [nameof(Options.WeightDecay)] = Invariant(Options.WeightDecay),
        [nameof(Options.GradientClip)] = Invariant(Options.GradientClip),
        [nameof(Options.EmaDecay)] = Invariant(Options.EmaDecay),
        [nameof(Options.Target)] = Options.Target.ToString(),
        [nameof(Options.Seed)] = Invariant(Options.Seed),
    };

    // Of a hundred items: enough to tell one collection from another.
    string Fingerprint()
    {
        using var scope = NewDisposeScope();
        return Convert.ToHexStringLower(SHA256.HashData(data.narrow(0, 0, Math.Min(100, data.shape[0])).cpu().contiguous().bytes))[..12];
    }

    static string Invariant(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
