using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>
/// A training in a file, so that it can go on as if never stopped: weights, their average, the optimiser, the step, the loss curve, the
/// network's config and the options, in one safetensors file.
/// </summary>
public static class Checkpoint
{
    const string AlphaBar = "alpha_bar", Curve = "loss curve", Config = "config";

    // Options that older checkpoints do not note, and what they were there; Parameterization was called Target.
    static readonly Dictionary<string, string> addedLater = new()
    {
        [nameof(TrainingOptions.LabelDrop)] = "0",
        [nameof(TrainingOptions.Beta2)] = "0.999",
        [nameof(TrainingOptions.Times)] = "\"Uniform\"",
        [nameof(TrainingOptions.Start)] = "null",
        [nameof(TrainingOptions.Teacher)] = "null"
    };

    static readonly JsonSerializerOptions json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,        // GradientClip = ∞
    };

    // The pairs (step, loss), and the sum and number of the losses since the last of them.
    sealed record LossCurve(double[][] Points, double Sum, long Summed);

    /// <summary>Writes all that is needed to go on, whole or not at all.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="path">A safetensors file; what was there is replaced.</param>
    /// <exception cref="InvalidOperationException">The weights are no longer numbers; the file there stays as it was.</exception>
    public static void Save(this Trainer trainer, string path)
    {
        using var scope = NewDisposeScope();
        if (!trainer.Network.parameters().All(parameter => parameter.isfinite().all().item<bool>()))
            throw new InvalidOperationException($"The weights of step {trainer.StepsDone} hold values that are no "
                + "numbers, and were not saved: "
                + $"go on from an earlier checkpoint with a learning rate below {trainer.Options.LearningRate}.");
        var tensors = trainer.Tensors().ToDictionary(entry => entry.Name, entry => entry.View);
        tensors[AlphaBar] = tensor(trainer.Schedule.AlphaBar.ToArray(), device: CPU);
        TrainingState state = trainer.State;
        Dictionary<string, string> notes = Notes(trainer);
        if (trainer.Network is UNet network) notes[Config] = network.Config.ToJson();
        notes["step"] = state.Step.ToString(CultureInfo.InvariantCulture);
        double[][] points = [.. state.Losses.Select(point => new[] { point.Step, point.Loss })];
        notes[Curve] = JsonSerializer.Serialize(new LossCurve(points, state.LossSum, state.LossCount), json);
        SafeTensors.Write(path, tensors, notes);
    }

    /// <summary>Goes on from a checkpoint: the steps that follow are, bit for bit, those that would have followed there.</summary>
    /// <param name="trainer">A training of the same network, schedule, data and options.</param>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or another network's, another schedule's, other data's or made with other
    /// options: the sentence says which. Nothing has changed then.</exception>
    public static void Resume(this Trainer trainer, string path)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var file = SafeTensors.Open(path);
        if (!file.Metadata.TryGetValue("step", out string? text) || !long.TryParse(text, CultureInfo.InvariantCulture, out long step)
            || !file.Tensors.ContainsKey(AlphaBar))
            throw NoCheckpoint(path);
        (string Name, Tensor View)[] stored = [.. trainer.Tensors()];
        foreach (var (name, view) in stored)
            if (!file.Tensors.TryGetValue(name, out SafeTensor? there) || !there.Shape.SequenceEqual(view.shape)
                || there.Type != view.dtype)
            {
                string has = there is null ? $"no '{name}'"
                    : $"'{name}' as {there.Type} {TensorShape.Format(there.Shape)}, expected {view.dtype} {TensorShape.Format(view.shape)}";
                throw new InvalidDataException($"{path} is a checkpoint of another network: it has {has}.");
            }
        if (file.Tensors.Count != stored.Length + 1)
            throw new InvalidDataException($"{path} is a checkpoint of another network: it has {file.Tensors.Count} tensors, "
                + $"expected {stored.Length + 1}.");
        if (!file.Read(AlphaBar).ToDoubles().SequenceEqual(trainer.Schedule.AlphaBar))
            throw new InvalidDataException($"{path} is a checkpoint of a training with another schedule, expected {trainer.Schedule}.");
        foreach (var (key, expected) in Notes(trainer))
            if (Noted(file, key) is var found && found != expected)
                throw new InvalidDataException($"{path} was written by a training with {key} = {found ?? "nothing"}, this one has "
                    + $"{expected}: give it the same {key}.");

        // older checkpoints have none
        LossCurve curve = file.Metadata.TryGetValue(Curve, out string? noted) ? CurveOf(noted, path) : new([], 0, 0);

        foreach (var (name, view) in stored) file.CopyTo(name, view);
        trainer.State = new(step, [.. curve.Points.Select(point => ((long)point[0], point[1]))], curve.Sum, curve.Summed);
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
            var noted = typeof(TrainingOptions).GetProperties()
                .ToDictionary(option => option.Name, option => JsonNode.Parse(Noted(file, option.Name) ?? throw NoCheckpoint(path)));
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
            return file.Metadata.TryGetValue(Config, out string? text)
                ? UNetConfigJson.Parse(System.Text.Encoding.UTF8.GetBytes(text)) : null;
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
            if (JsonSerializer.Deserialize<LossCurve>(noted, json) is { Points: { } points } curve
                && points.All(point => point is { Length: 2 })) return curve;
        }
        catch (JsonException)
        {
        }
        throw NoCheckpoint(path);
    }

    static string? Noted(SafeTensors file, string key) => file.Metadata.GetValueOrDefault(key) ?? addedLater.GetValueOrDefault(key)
        ?? (key == nameof(TrainingOptions.Parameterization) ? file.Metadata.GetValueOrDefault("Target")?.Replace("Noise", "Epsilon")
            .Replace("Velocity", "V").Replace("Sample", "X0") : null);

    static InvalidDataException NoCheckpoint(string path) =>
        new($"{path} is no checkpoint of a training: expected a file that a training wrote, for example {TrainingFolder.CheckpointFile}.");

    // What must be the same for the steps to be the same, each under its name.
    static Dictionary<string, string> Notes(Trainer trainer)
    {
        var notes = JsonSerializer.SerializeToNode(trainer.Options, json)!.AsObject()
            .ToDictionary(option => option.Key, option => option.Value?.ToJsonString() ?? "null");
        notes["data"] = $"{TensorShape.Format(trainer.Data.shape)}, {Fingerprint(trainer.Data)}";
        if (trainer.Labels is { } labels) notes["labels"] = Fingerprint(labels);
        notes["body type"] = (trainer.Network as UNet)?.BodyType?.ToString() ?? "Float32";
        return notes;
    }

    // Of a hundred items: enough to tell one collection from another.
    static string Fingerprint(Tensor data)
    {
        using var scope = NewDisposeScope();
        return Convert.ToHexStringLower(SHA256.HashData(data.narrow(0, 0, Math.Min(100, data.shape[0])).cpu().contiguous().bytes))[..12];
    }
}
