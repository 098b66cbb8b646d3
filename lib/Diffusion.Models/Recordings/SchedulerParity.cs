using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Models.Files;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Diffusion.Models.Recordings;

/// <summary>
/// Compares schedule and sampler with what diffusers' DDPMScheduler and DDIMScheduler computed: a folder with <c>ddpm/</c> (single steps),
/// <c>ddim/</c> (whole walks), <c>timesteps.json</c> and <c>betas.safetensors</c>, as far as they are there.
/// </summary>
public static class SchedulerParity
{
    /// <summary>The largest absolute difference allowed of a step: float32 rounds values of order 1 at 1e-7, with up to a hundredfold
    /// amplification near t = T.</summary>
    public const double Tolerance = 1e-5;

    const string ConfigEnding = ".scheduler_config.json";

    /// <summary>Whether a folder is one of schedulers.</summary>
    public static bool Fits(string folder) => Directory.Exists(Path.Combine(folder, "ddpm"))
        || Directory.Exists(Path.Combine(folder, "ddim"));

    /// <summary>Compares every case of a folder.</summary>
    /// <returns>The largest difference and where it is; of a tensor with values beyond 1, in units of the largest.</returns>
    public static ParityResult Check(string folder)
    {
        var worst = new WorstDifference();
        foreach (string file in Cases(folder, "ddpm")) Steps(file, SchedulerConfig.Load(file), worst);
        foreach (string file in Cases(folder, "ddim")) Walk(file, SchedulerConfig.Load(file), worst);
        string times = Path.Combine(folder, "timesteps.json");
        if (File.Exists(times)) Times(times, worst);
        string curves = Path.Combine(folder, "betas.safetensors");
        if (File.Exists(curves)) Curves(curves, worst);
        return worst.Result("schedulers", Tolerance);
    }

    static IEnumerable<string> Cases(string folder, string kind)
    {
        string cases = Path.Combine(folder, kind);
        if (!Directory.Exists(cases)) return [];
        // A case is two files: each without the other is then missed by name.
        return Directory.GetFiles(cases, "*.safetensors").Select(file => Path.ChangeExtension(file, null) + ConfigEnding)
            .Union(Directory.GetFiles(cases, "*" + ConfigEnding)).Order(StringComparer.Ordinal);
    }

    // step.N<N>.t<τ>.prev_sample: one step of a walk of N, at diffusers' timestep τ, with recorded model output and noise.
    static void Steps(string file, SchedulerConfig config, WorstDifference worst)
    {
        using var scope = NewDisposeScope();
        using var recorded = SafeTensors.Open(Recorded(file));
        Tensor sample = Read("sample"), output = Read("model_output"), noise = Read("noise");
        foreach (string name in recorded.Tensors.Keys.Where(name => name.EndsWith(".prev_sample")))
        {
            if (name.Split('.') is not ["step", ['N', .. var count], ['t', .. var τ], _] || !int.TryParse(count, out int steps)
                || !int.TryParse(τ, out int time))
                throw new InvalidDataException($"{recorded.Path}: '{name}' is no step, expected a name like step.N50.t980.prev_sample.");
            Sampler sampler = config.Sampler(steps);
            (int t, int s) = sampler.Steps.FirstOrDefault(pair => pair.T == time + 1);
            if (t == 0)
                throw new InvalidDataException($"{recorded.Path}: '{name}' is at a time that {steps} steps of this "
                    + "scheduler do not visit.");
            (Tensor x, Tensor x0) = sampler.Step(sample, output, t, s, noise);
            worst.AddRelative($"{Label(file)} {name}", Read(name), x);
            string seen = name.Replace("prev_sample", "pred_original_sample");
            if (recorded.Tensors.ContainsKey(seen)) worst.AddRelative($"{Label(file)} {seen}", Read(seen), x0);
        }
        if (!recorded.Tensors.ContainsKey("add_noise.expected")) return;
        var forward = new ForwardProcess(config.Schedule);
        Tensor clean = Read("add_noise.original"), mixed = Read("add_noise.noise"), times = Read("add_noise.timesteps") + 1;
        Tensor noisy = forward.Sample(clean, times, mixed);
        worst.Add($"{Label(file)} add_noise", Read("add_noise.expected"), noisy);
        if (!recorded.Tensors.ContainsKey("get_velocity.expected")) return;
        Tensor v = Prediction.Target(Parameterization.V, config.Schedule, clean, mixed, times);
        worst.Add($"{Label(file)} get_velocity", Read("get_velocity.expected"), v);

        Tensor Read(string name) => recorded.Read(name).to(Compute.Device);
    }

    static void Walk(string file, SchedulerConfig config, WorstDifference worst)
    {
        using var scope = NewDisposeScope();
        using var recorded = SafeTensors.Open(Recorded(file));
        new RecordedWalk(recorded, config, "sample_init").Compare(Label(file), worst);
    }

    // "CLASS/spacing/offsetK/Tn/Nn": the list that set_timesteps(N) gives.
    static void Times(string file, WorstDifference worst)
    {
        using JsonDocument lists = Parsed(file);
        foreach (JsonProperty list in lists.RootElement.EnumerateObject())
        {
            if (list.Name.Split('/') is not [_, var name, ['o', 'f', 'f', 's', 'e', 't', .. var k], ['T', .. var T], ['N', .. var n]]
                || !Enum.TryParse(name, ignoreCase: true, out TimeSpacing spacing) || !int.TryParse(k, out int offset)
                || !int.TryParse(T, out int all) || !int.TryParse(n, out int steps) || list.Value.ValueKind != JsonValueKind.Array)
                throw new InvalidDataException($"{file}: '{list.Name}' is no list of times, expected a name like "
                    + "DDPM/leading/offset0/T1000/N50.");
            int[] expected = [.. list.Value.EnumerateArray().Select(τ => τ.GetInt32() + 1)];
            // set_timesteps looks at no bound; the walk then fails there and is refused here
            if (expected.Any(t => t > all)) continue;
            IReadOnlyList<int> times = ReverseTimes.Times(all, steps, spacing, offset);
            worst.Add($"timesteps {list.Name}", times.SequenceEqual(expected) ? 0 : double.PositiveInfinity);
        }
    }

    static JsonDocument Parsed(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(file));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file} is not valid JSON in line {error.LineNumber + 1}.", error);
        }
    }

    // NAME.betas and NAME.alphas_cumprod, where NAME is a beta_schedule, perhaps with _START_END; a curve that is not known here is left
    // out.
    static void Curves(string file, WorstDifference worst)
    {
        using var scope = NewDisposeScope();
        using var recorded = SafeTensors.Open(file);
        foreach (string name in recorded.Tensors.Keys.Where(name => name.EndsWith(".betas")).Select(name => name[..^".betas".Length]))
        {
            Match curve = Regex.Match(name, @"^(linear|scaled_linear|squaredcos_cap_v2|sigmoid)(?:_([\d.e-]+)_([\d.e-]+))?$");
            if (!curve.Success) continue;
            Tensor β = recorded.Read(name + ".betas"), ᾱ = recorded.Read(name + ".alphas_cumprod");
            var options = new JsonObject { ["beta_schedule"] = curve.Groups[1].Value, ["num_train_timesteps"] = (int)β.shape[0] };
            if (curve.Groups[2].Success)
                (options["beta_start"], options["beta_end"]) = (double.Parse(curve.Groups[2].Value), double.Parse(curve.Groups[3].Value));
            NoiseSchedule schedule = new SchedulerConfig(file, options).Schedule;
            worst.Add($"betas {name}", β, schedule.Beta.Skip(1).ToTensor());
            worst.Add($"alphas_cumprod {name}", ᾱ, schedule.AlphaBar.Skip(1).ToTensor());
        }
    }

    static string Recorded(string file) => file[..^ConfigEnding.Length] + ".safetensors";

    static string Label(string file) =>
        $"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file).Replace(ConfigEnding, "")}";
}
