using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>
/// A <c>scheduler_config.json</c> of Hugging Face diffusers, DDPMScheduler or DDIMScheduler: which schedule a network was trained with, what it
/// predicts and how to sample from it. Absent keys take diffusers' defaults, keys that begin with <c>_</c> are notes, and a value that is not
/// supported is refused by its name.
/// </summary>
public sealed class SchedulerConfig
{
    internal static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    static readonly string[] schedulers = ["DDPMScheduler", "DDIMScheduler"];
    static readonly Dictionary<string, JsonNode?> defaults = new()
    {
        ["num_train_timesteps"] = 1000,
        ["beta_start"] = 1e-4,
        ["beta_end"] = 0.02,
        ["beta_schedule"] = "linear",
        ["trained_betas"] = null,
        ["variance_type"] = "fixed_small",
        ["clip_sample"] = true,
        ["clip_sample_range"] = 1.0,
        ["prediction_type"] = "epsilon",
        ["thresholding"] = false,
        ["dynamic_thresholding_ratio"] = 0.995,
        ["sample_max_value"] = 1.0,
        ["timestep_spacing"] = "leading",
        ["steps_offset"] = 0,
        ["set_alpha_to_one"] = true,
        ["rescale_betas_zero_snr"] = false,
    };

    readonly string file;
    readonly JsonObject values;

    SchedulerConfig(string file, JsonObject values)
    {
        (this.file, this.values) = (file, values);
        IsDdim = OneOf("_class_name", schedulers) == "DDIMScheduler";
        Refuse("thresholding", Get<bool>("thresholding") ? "true" : null, "false");
        foreach ((string key, JsonNode? value) in values)
            if (!key.StartsWith('_') && !defaults.ContainsKey(key) && value is not null && value.ToJsonString() != "false")
                throw new NotSupportedException($"{file}: {key} is {value.ToJsonString()}, an option that is not known here: only a scheduler without it can be used.");

        Steps = Get<int>("num_train_timesteps");
        Target = OneOf("prediction_type", "epsilon", "sample", "v_prediction") switch
        {
            "epsilon" => PredictionTarget.Noise,
            "sample" => PredictionTarget.Sample,
            _ => PredictionTarget.Velocity,
        };
        Noise = OneOf("variance_type", "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log").StartsWith("fixed_small") ? StepNoise.Posterior : StepNoise.Forward;
        Spacing = OneOf("timestep_spacing", "leading", "trailing", "linspace") switch
        {
            "leading" => TimeSpacing.Leading,
            "trailing" => TimeSpacing.Trailing,
            _ => TimeSpacing.Linspace,
        };
        Schedule = MakeSchedule();
    }

    /// <summary>Whether the file describes DDIM rather than DDPM.</summary>
    public bool IsDdim { get; }

    /// <summary>T, the steps of training.</summary>
    public int Steps { get; }

    /// <summary>What the network predicts.</summary>
    public PredictionTarget Target { get; }

    /// <summary>The variance of DDPM's fresh noise.</summary>
    public StepNoise Noise { get; }

    /// <summary>Where fewer sampling times lie.</summary>
    public TimeSpacing Spacing { get; }

    /// <summary>The schedule, from β in float32 as diffusers holds them.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">scheduler_config.json, or a folder that holds it.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is not JSON, or a value is of the wrong kind.</exception>
    /// <exception cref="NotSupportedException">A value asks for something that is not supported; the message names key and value.</exception>
    public static SchedulerConfig Load(string path)
    {
        if (Directory.Exists(path)) path = Path.Combine(path, "scheduler_config.json");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no {path}: a model's folder holds a scheduler_config.json beside its config.json.", path);
        try
        {
            return new(path, JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException($"{path} holds no JSON object."));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not valid JSON in line {error.LineNumber + 1}.", error);
        }
    }

    /// <summary>The sampler that this file describes, or DDIM with another η.</summary>
    /// <param name="steps">N, from 1 to T; all T unless said.</param>
    /// <param name="eta">η of DDIM, also where the file describes DDPM; left out, the file's own sampler: DDPM, or DDIM with η = 0.</param>
    /// <param name="recomputesNoise">DDIM's <c>use_clipped_model_output</c>; DDPM always does.</param>
    public Sampler Sampler(int? steps = null, double? eta = null, bool recomputesNoise = false)
    {
        IReadOnlyList<int> times = ReverseTimes.Times(Steps, steps ?? Steps, Spacing, Get<int>("steps_offset"));
        double? clip = Get<bool>("clip_sample") ? Get<double>("clip_sample_range") : null;
        return IsDdim || eta is not null
            ? new(Schedule, ReverseTimes.Striding(times, Steps, Get<bool>("set_alpha_to_one") ? 0 : 1))
            { Target = Target, Clip = clip, Noise = StepNoise.Scaled, Eta = eta ?? 0, RecomputesNoise = recomputesNoise }
            : new(Schedule, ReverseTimes.Following(times)) { Target = Target, Clip = clip, Noise = Noise };
    }

    /// <summary>Writes the DDPMScheduler file of a schedule that is linear in diffusers' sense, beside a model trained with it.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="schedule">The schedule; its β are written out as <c>trained_betas</c> when they are not diffusers' own linear ones.</param>
    /// <param name="target">What the network predicts.</param>
    public static void Save(string folder, NoiseSchedule schedule, PredictionTarget target = PredictionTarget.Noise)
    {
        double first = schedule.Beta[1], last = schedule.Beta[schedule.T];
        bool isLinear = Enumerable.Range(1, schedule.T).All(t => Math.Abs(schedule.Beta[t] - (first + (last - first) * (t - 1) / Math.Max(1, schedule.T - 1))) < 1e-12);
        var json = new JsonObject
        {
            ["_class_name"] = "DDPMScheduler",
            ["_diffusers_version"] = UNetConfig.DiffusersVersion,
            ["beta_end"] = last,
            ["beta_schedule"] = "linear",
            ["beta_start"] = first,
            ["clip_sample"] = true,
            ["clip_sample_range"] = 1.0,
            ["dynamic_thresholding_ratio"] = 0.995,
            ["num_train_timesteps"] = schedule.T,
            ["prediction_type"] = target switch
            {
                PredictionTarget.Noise => "epsilon",
                PredictionTarget.Sample => "sample",
                PredictionTarget.Velocity => "v_prediction",
                _ => throw new ArgumentOutOfRangeException(nameof(target), $"The target is {target}, but a scheduler_config.json knows only Noise, Sample and Velocity."),
            },
            ["rescale_betas_zero_snr"] = false,
            ["sample_max_value"] = 1.0,
            ["steps_offset"] = 0,
            ["thresholding"] = false,
            ["timestep_spacing"] = "leading",
            ["trained_betas"] = isLinear ? null : new JsonArray([.. schedule.Beta.Skip(1).Select(β => (JsonNode)JsonValue.Create((float)β))]),
            ["variance_type"] = "fixed_small",
        };
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(json, Indented);
        AtomicFile.Write(Path.Combine(folder, "scheduler_config.json"), stream => stream.Write([.. text, (byte)'\n']));
    }

    NoiseSchedule MakeSchedule()
    {
        if (Steps < 1) throw new InvalidDataException($"{file}: num_train_timesteps is {Steps}, expected at least 1.");
        string name = OneOf("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid");
        double first = Get<double>("beta_start"), last = Get<double>("beta_end");
        using var scope = NewDisposeScope();
        float[] betas = values["trained_betas"] is JsonArray trained ? Trained(trained) : name switch
        {
            "linear" => Values(linspace(first, last, Steps, ScalarType.Float32, CPU)),
            "scaled_linear" => Values(linspace(Math.Sqrt(first), Math.Sqrt(last), Steps, ScalarType.Float32, CPU).square()),
            "sigmoid" => Values(linspace(-6, 6, Steps, ScalarType.Float32, CPU).sigmoid() * (last - first) + first),
            _ => [.. NoiseSchedule.Cosine(Steps, allowResidualSignal: true).Beta.Skip(1).Select(β => (float)β)],
        };
        NoiseSchedule schedule = NoiseSchedule.FromSinglePrecision(name, betas);
        return Get<bool>("rescale_betas_zero_snr") ? schedule.WithZeroTerminalSnr() : schedule;
    }

    static float[] Values(Tensor betas) => betas.data<float>().ToArray();

    float[] Trained(JsonArray trained)
    {
        if (trained.Count != Steps) throw new InvalidDataException($"{file}: trained_betas has {trained.Count} values, expected num_train_timesteps = {Steps}.");
        return [.. trained.Select(β => (float)(double)β!)];
    }

    string OneOf(string key, params string[] supported)
    {
        string value = key == "_class_name" && !values.ContainsKey(key) ? supported[0] : Get<string>(key);
        Refuse(key, supported.Contains(value) ? null : value, string.Join(", ", supported));
        return value;
    }

    void Refuse(string key, string? value, string supported)
    {
        if (value is not null) throw new NotSupportedException($"{file}: {key} is '{value}', which is not supported: expected {supported}.");
    }

    V Get<V>(string key)
    {
        JsonNode? node = values.TryGetPropertyValue(key, out JsonNode? given) && given is not null ? given : defaults.GetValueOrDefault(key);
        try
        {
            return node is null ? throw new InvalidOperationException() : node.GetValue<V>();
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: {key} is {node?.ToJsonString() ?? "null"}, expected a {typeof(V).Name.ToLowerInvariant()}.", error);
        }
    }
}
