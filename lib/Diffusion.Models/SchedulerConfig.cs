using System.Text.Json;
using System.Text.Json.Nodes;
using Diffusion.Models.Files;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Shared;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>
/// A <c>scheduler_config.json</c> of Hugging Face diffusers, DDPMScheduler or DDIMScheduler: which schedule a network was trained with,
/// what it predicts and how to sample from it. Absent keys take diffusers' defaults, keys that begin with <c>_</c> are notes, and a value
/// that is not supported is refused by its name.
/// </summary>
public sealed class SchedulerConfig
{
    internal static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
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
        ["predict_epsilon"] = true,         // of 2022, now prediction_type
        ["tensor_format"] = "pt",           // of 2022, without effect on the numbers
    };

    // Options of diffusers' other schedulers, which save_pretrained leaves in a file that began as one of theirs: DDPM and DDIM look at
    // none of them.
    static readonly HashSet<string> ofOthers =
    [
        "algorithm_type", "euler_at_final", "final_sigmas_type", "flow_shift", "interpolation_type", "lambda_min_clipped",
            "lower_order_final", "prediction_order", "rho",
        "s_churn", "s_noise", "s_tmax", "s_tmin", "sigma_data", "sigma_max", "sigma_min", "skip_prk_steps", "solver_order", "solver_p",
            "solver_type", "disable_corrector",
        "timestep_type", "use_beta_sigmas", "use_exponential_sigmas", "use_flow_sigmas", "use_karras_sigmas", "use_lu_lambdas",
    ];

    readonly string file;
    readonly JsonObject values;
    readonly int offset, end;

    internal SchedulerConfig(string file, JsonObject values)
    {
        (this.file, this.values) = (file, values);
        string scheduler = values.ContainsKey("_class_name") ? Get<string>("_class_name") : "DDPMScheduler";
        Refuse("_class_name", scheduler is "DDPMScheduler" or "DDIMScheduler" ? null : scheduler,
            "DDPMScheduler or DDIMScheduler (a network can be sampled with either: write one of them there)");
        IsDdim = scheduler == "DDIMScheduler";
        foreach ((string key, JsonNode? value) in values)
            if (!key.StartsWith('_') && !defaults.ContainsKey(key) && !ofOthers.Contains(key) && value is not null
                && value.ToJsonString() != "false")
                throw new NotSupportedException($"{file}: {key} is {Quoted(value)}, an option that is not known here: only a scheduler "
                    + "without it can be used.");

        Steps = Get<int>("num_train_timesteps");
        Parameterization = OneOf("prediction_type", "epsilon", "sample", "v_prediction") switch
        {
            "epsilon" => Parameterization.Epsilon,
            "sample" => Parameterization.X0,
            _ => Parameterization.V,
        };
        Refuse("predict_epsilon", Get<bool>("predict_epsilon") || values.ContainsKey("prediction_type") ? null : "false",
            "true, or prediction_type sample in its place");
        Clip = Get<bool>("clip_sample") ? From(0, double.MaxValue, "clip_sample_range") : null;
        Threshold = Get<bool>("thresholding")
            ? new(From(0, 1, "dynamic_thresholding_ratio"), From(0, double.MaxValue, "sample_max_value")) : null;
        Variance = OneOf("variance_type", "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log").StartsWith("fixed_small")
            ? ReverseVariance.Posterior : ReverseVariance.Forward;
        Spacing = OneOf("timestep_spacing", "leading", "trailing", "linspace") switch
        {
            "leading" => TimeSpacing.Leading,
            "trailing" => TimeSpacing.Trailing,
            _ => TimeSpacing.Linspace,
        };
        Schedule = MakeSchedule();
        // What only the sampler needs is read here too: a damaged file is refused when it is opened.
        (offset, end) = (Get<int>("steps_offset"), Get<bool>("set_alpha_to_one") ? 0 : 1);
    }

    /// <summary>Whether the file describes DDIM rather than DDPM.</summary>
    public bool IsDdim { get; }

    /// <summary>T, the steps of training.</summary>
    public int Steps { get; }

    /// <summary>What the network predicts.</summary>
    public Parameterization Parameterization { get; }

    /// <summary>The variance of DDPM's fresh noise.</summary>
    public ReverseVariance Variance { get; }

    /// <summary>Where fewer sampling times lie.</summary>
    public TimeSpacing Spacing { get; }

    /// <summary>What x̂₀ is clipped to, ± this; null does not clip.</summary>
    public double? Clip { get; }

    /// <summary>How x̂₀ is thresholded in place of clipping; null does not.</summary>
    public DynamicThreshold? Threshold { get; }

    /// <summary>The schedule, from β in float32 as diffusers holds them.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">scheduler_config.json, or a folder that holds it.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is not JSON, or a value is of the wrong kind.</exception>
    /// <exception cref="NotSupportedException">A value asks for something that is not supported; the message names key and
    /// value.</exception>
    public static SchedulerConfig Load(string path)
    {
        if (Directory.Exists(path)) path = Path.Combine(path, ModelFiles.Scheduler);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no {path}: a model's folder holds a scheduler_config.json "
                + "beside its config.json.", path);
        try
        {
            return new(path, JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw new InvalidDataException($"{path} holds no JSON object."));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(FileKind.Said(path, isJson: true) is { } said ? $"{path}: {said}."
                : $"{path} is not valid JSON in line {error.LineNumber + 1}.", error);
        }
    }

    /// <summary>The sampler that this file describes, or DDIM with another η.</summary>
    /// <param name="steps">N, from 1 to T; unless said all T, or where steps_offset does not allow that the most up to 50 (diffusers' own
    /// default) that it does.</param>
    /// <param name="eta">η of DDIM, also where the file describes DDPM; left out, the file's own sampler: DDPM, or DDIM with η = 0.</param>
    /// <param name="recomputesNoise">whether ε̂ is computed again from the clipped x̂₀ (<see
    /// cref="Diffusion.Sampling.Sampler.RecomputesNoise"/>); diffusers' DDIM says <c>use_clipped_model_output</c> and does not unless told,
    /// DDPM always does.</param>
    public Sampler Sampler(int? steps = null, double? eta = null, bool recomputesNoise = true)
    {
        IReadOnlyList<int> times = ReverseTimes.Times(Steps, steps ?? DefaultSteps, Spacing, offset);
        return IsDdim || eta is not null
            ? new(Schedule, ReverseTimes.Striding(times, Steps, end))
            {
                Parameterization = Parameterization,
                Clip = Clip,
                Threshold = Threshold,
                Variance = ReverseVariance.Scaled(eta ?? 0),
                RecomputesNoise = recomputesNoise
            }
            : new(Schedule, ReverseTimes.Following(times))
            {
                Parameterization = Parameterization,
                Clip = Clip,
                Threshold = Threshold,
                Variance = Variance
            };
    }

    int DefaultSteps => Spacing != TimeSpacing.Leading || offset == 0 ? Steps
        : Enumerable.Range(1, Math.Min(50, Steps)).LastOrDefault(n => (n - 1) * (Steps / n) + offset + 1 <= Steps, 1);

    /// <summary>Writes the DDPMScheduler file of a schedule that is linear in diffusers' sense, beside a model trained with it.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="schedule">The schedule; its β are written out as <c>trained_betas</c> when they are not diffusers' own linear
    /// ones.</param>
    /// <param name="parameterization">What the network predicts.</param>
    public static void Save(string folder, NoiseSchedule schedule, Parameterization parameterization = Parameterization.Epsilon)
    {
        double first = schedule.Beta[1], last = schedule.Beta[schedule.T];
        bool isLinear = Enumerable.Range(1, schedule.T)
            .All(t => Math.Abs(schedule.Beta[t] - (first + (last - first) * (t - 1) / Math.Max(1, schedule.T - 1))) < 1e-12);
        var json = new JsonObject
        {
            ["_class_name"] = "DDPMScheduler",
            ["_diffusers_version"] = ModelFiles.DiffusersVersion,
            ["beta_end"] = last,
            ["beta_schedule"] = "linear",
            ["beta_start"] = first,
            ["clip_sample"] = true,
            ["clip_sample_range"] = 1.0,
            ["dynamic_thresholding_ratio"] = 0.995,
            ["num_train_timesteps"] = schedule.T,
            ["prediction_type"] = parameterization switch
            {
                Parameterization.Epsilon => "epsilon",
                Parameterization.X0 => "sample",
                Parameterization.V => "v_prediction",
                _ => throw new ArgumentOutOfRangeException(nameof(parameterization), $"The parameterization is {parameterization}, but a "
                    + "scheduler_config.json knows only Epsilon, X0 and V."),
            },
            ["rescale_betas_zero_snr"] = false,
            ["sample_max_value"] = 1.0,
            ["steps_offset"] = 0,
            ["thresholding"] = false,
            ["timestep_spacing"] = "leading",
            ["trained_betas"] = isLinear ? null
                : new JsonArray([.. schedule.Beta.Skip(1).Select(β => (JsonNode)JsonValue.Create((float)β))]),
            ["variance_type"] = "fixed_small",
        };
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(json, Indented);
        AtomicFile.Write(Path.Combine(folder, ModelFiles.Scheduler), stream => stream.Write([.. text, (byte)'\n']));
    }

    NoiseSchedule MakeSchedule()
    {
        if (Steps < 1) throw new InvalidDataException($"{file}: num_train_timesteps is {Steps}, expected at least 1.");
        var trained = values["trained_betas"] as JsonArray;
        if (trained is null && values["trained_betas"] is { } other)
            throw new InvalidDataException($"{file}: trained_betas is {Quoted(other)}, expected null or a list of numbers.");
        string name = trained is null ? OneOf("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid") : "trained_betas";
        double first = Get<double>("beta_start"), last = Get<double>("beta_end");
        using var scope = NewDisposeScope();
        float[] betas = trained is not null ? Trained(trained) : name switch
        {
            "linear" => Values(linspace(first, last, Steps, ScalarType.Float32, CPU)),
            "scaled_linear" => Values(linspace(Math.Sqrt(first), Math.Sqrt(last), Steps, ScalarType.Float32, CPU).square()),
            "sigmoid" => Values(linspace(-6, 6, Steps, ScalarType.Float32, CPU).sigmoid() * (last - first) + first),
            _ => [.. NoiseSchedule.Cosine(Steps, allowResidualSignal: true).Beta.Skip(1).Select(β => (float)β)],
        };
        int odd = Array.FindIndex(betas, β => !(β > 0 && β < 1)) + 1;      // written so that NaN is refused too
        if (odd > 0 && !(odd == Steps && betas[^1] == 1))
            throw new InvalidDataException($"{file}: {name} gives β_{odd} = {betas[odd - 1]}, expected a variance "
                + "strictly between 0 and 1.");
        NoiseSchedule schedule = NoiseSchedule.FromSinglePrecision(name, betas);
        return Get<bool>("rescale_betas_zero_snr") ? schedule.WithZeroTerminalSnr() : schedule;
    }

    double From(double least, double most, string key) => Get<double>(key) is var value && value >= least
        && value <= most && value != 0 ? value
        : throw new InvalidDataException($"{file}: {key} is {value}, expected a number above 0" + (most == 1 ? " and at most 1." : "."));

    static float[] Values(Tensor betas) => betas.data<float>().ToArray();

    float[] Trained(JsonArray trained)
    {
        if (trained.Count != Steps)
            throw new InvalidDataException($"{file}: trained_betas has {trained.Count} values, expected num_train_timesteps = {Steps}.");
        return [.. trained.Select((β, i) => β is JsonValue value && value.TryGetValue(out double number) ? (float)number
            : throw new InvalidDataException($"{file}: trained_betas[{i}] is {Quoted(β)}, expected a number."))];
    }

    string OneOf(string key, params string[] supported)
    {
        string value = Get<string>(key);
        Refuse(key, supported.Contains(value) ? null : value, string.Join(", ", supported));
        return value;
    }

    void Refuse(string key, string? value, string supported)
    {
        if (value is not null)
            throw new NotSupportedException($"{file}: {key} is '{value}', which is not supported: expected {supported}.");
    }

    static string Quoted(JsonNode? node) => node?.ToJsonString() is not { } text ? "null" : text.Length <= 60 ? text : text[..60] + "…";

    V Get<V>(string key)
    {
        JsonNode? node = values.TryGetPropertyValue(key, out JsonNode? given) ? given : defaults.GetValueOrDefault(key);
        try
        {
            return node is null ? throw new InvalidOperationException() : node.GetValue<V>();
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: {key} is {Quoted(node)}, expected a {typeof(V).Name.ToLowerInvariant()}.", error);
        }
    }
}
