using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Diffusion;

public sealed partial class Trainer
{
    const string Weight = "weights.", Averaged = "average.", Mean = "adam_m.", Square = "adam_v.", AlphaBar = "alpha_bar", Curve = "loss curve", Config = "config";

    // Options that older checkpoints do not note, and what they were there; Parameterization was called Target.
    static readonly Dictionary<string, string> addedLater = new() { [nameof(TrainingOptions.LabelDrop)] = "0", [nameof(TrainingOptions.Start)] = "null", [nameof(TrainingOptions.Teacher)] = "null" };

    static readonly JsonSerializerOptions json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,        // GradientClip = ∞
    };

    // The pairs (step, loss), and the sum and number of the losses since the last of them.
    sealed record LossCurve(double[][] Points, double Sum, long Summed);

    /// <summary>Writes all that is needed to go on as if never stopped: weights, their average, the optimiser, the step, the loss curve and the options. Whole or not at all.</summary>
    /// <param name="path">A safetensors file; what was there is replaced.</param>
    /// <exception cref="InvalidOperationException">The weights are no longer numbers; the file there stays as it was.</exception>
    public void Save(string path)
    {
        using var scope = NewDisposeScope();
        if (!weights.Now.Values.isfinite().all().item<bool>())
            throw new InvalidOperationException($"The weights of step {StepsDone} hold values that are no numbers, and were not saved: go on from an earlier checkpoint with a learning rate below {Options.LearningRate}.");
        var tensors = Stored().ToDictionary(entry => entry.Name, entry => entry.View);
        tensors[AlphaBar] = tensor(Schedule.AlphaBar.ToArray());
        Dictionary<string, string> notes = Notes();
        if (Network is UNet network) notes[Config] = network.Config.ToJson();
        notes["step"] = StepsDone.ToString(CultureInfo.InvariantCulture);
        notes[Curve] = JsonSerializer.Serialize(new LossCurve([.. losses.Select(point => new[] { point.Step, point.Loss })], weights.Losses.Sum, weights.Summed), json);
        SafeTensors.Write(path, tensors, notes);
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
                throw new InvalidDataException($"{path} is a checkpoint of another network: it has {(there is null ? $"no '{name}'" : $"'{name}' as {there.Type} {TensorShape.Format(there.Shape)}, expected {view.dtype} {TensorShape.Format(view.shape)}")}.");
        if (file.Tensors.Count != stored.Length + 1)
            throw new InvalidDataException($"{path} is a checkpoint of another network: it has {file.Tensors.Count} tensors, expected {stored.Length + 1}.");
        if (!file.Read(AlphaBar).ToDoubles().SequenceEqual(Schedule.AlphaBar))
            throw new InvalidDataException($"{path} is a checkpoint of a training with another schedule, expected {Schedule}.");
        foreach (var (key, expected) in Notes())
            if (Noted(file, key) is var found && found != expected)
                throw new InvalidDataException($"{path} was written by a training with {key} = {found ?? "nothing"}, this one has {expected}: give it the same {key}.");

        LossCurve curve = file.Metadata.TryGetValue(Curve, out string? noted) ? CurveOf(noted, path) : new([], 0, 0);       // older checkpoints have none

        foreach (var (name, view) in stored) file.CopyTo(name, view);
        StepsDone = step;
        losses.Clear();
        losses.AddRange(curve.Points.Select(point => ((long)point[0], point[1])));
        weights.Losses = (curve.Sum, curve.Summed);
    }

    /// <summary>The options of the training that wrote a checkpoint.</summary>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged or no checkpoint.</exception>
    public static TrainingOptions OptionsOf(string path)
    {
        using var file = SafeTensors.Open(path);
        try
        {
            var noted = typeof(TrainingOptions).GetProperties().ToDictionary(option => option.Name, option => JsonNode.Parse(Noted(file, option.Name) ?? throw NoCheckpoint(path)));
            return new JsonObject(noted).Deserialize<TrainingOptions>(json)!;
        }
        catch (Exception error) when (error is JsonException)
        {
            throw NoCheckpoint(path);
        }
    }

    /// <summary>The config.json of the network that a checkpoint belongs to; null where it notes none, as older ones.</summary>
    /// <param name="path">What <see cref="Save"/> wrote of a <see cref="UNet"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged or no checkpoint.</exception>
    public static UNetConfig? ConfigOf(string path)
    {
        using var file = SafeTensors.Open(path);
        try
        {
            return file.Metadata.TryGetValue(Config, out string? text) ? UNetConfig.Parse(System.Text.Encoding.UTF8.GetBytes(text)) : null;
        }
        catch (JsonException)
        {
            throw NoCheckpoint(path);
        }
    }

    static LossCurve CurveOf(string noted, string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<LossCurve>(noted, json) is { Points: { } points } curve && points.All(point => point is { Length: 2 })) return curve;
        }
        catch (JsonException)
        {
        }
        throw NoCheckpoint(path);
    }

    static string? Noted(SafeTensors file, string key) => file.Metadata.GetValueOrDefault(key) ?? addedLater.GetValueOrDefault(key)
        ?? (key == nameof(TrainingOptions.Parameterization) ? file.Metadata.GetValueOrDefault("Target")?.Replace("Noise", "Epsilon").Replace("Velocity", "V").Replace("Sample", "X0") : null);

    static InvalidDataException NoCheckpoint(string path) =>
        new($"{path} is no checkpoint of a training: expected a file that a training wrote, for example {TrainingFolder.CheckpointFile}.");

    IEnumerable<(string Name, Tensor View)> Stored() =>
        Named(Weight, weights.Now.Values).Concat(Named(Averaged, weights.Average.Values)).Concat(Named(Mean, weights.Optimiser.M)).Concat(Named(Square, weights.Optimiser.V));

    IEnumerable<(string Name, Tensor View)> Named(string prefix, Tensor vector) => weights.Now.Pieces(vector).Select(piece => (prefix + piece.Name, piece.View));

    // What must be the same for the steps to be the same, each under its name.
    Dictionary<string, string> Notes()
    {
        var notes = JsonSerializer.SerializeToNode(Options, json)!.AsObject().ToDictionary(option => option.Key, option => option.Value?.ToJsonString() ?? "null");
        notes["data"] = $"{TensorShape.Format(data.shape)}, {Fingerprint(data)}";
        if (labels is not null) notes["labels"] = Fingerprint(labels);
        notes["body type"] = (Network as UNet)?.BodyType?.ToString() ?? "Float32";
        return notes;
    }

    // Of a hundred items: enough to tell one collection from another.
    static string Fingerprint(Tensor data)
    {
        using var scope = NewDisposeScope();
        return Convert.ToHexStringLower(SHA256.HashData(data.narrow(0, 0, Math.Min(100, data.shape[0])).cpu().contiguous().bytes))[..12];
    }
}
