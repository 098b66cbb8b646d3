using System.Text.Json;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>
/// Compares schedule and sampler with what diffusers' DDPMScheduler and DDIMScheduler computed: a folder with <c>ddpm/</c> (single steps),
/// <c>ddim/</c> (whole walks) and <c>timesteps.json</c>, as far as they are there.
/// </summary>
public static class SchedulerParity
{
    /// <summary>The largest absolute difference allowed of a step: float32 rounds values of order 1 at 1e-7, with up to a hundredfold amplification near t = T.</summary>
    public const double Tolerance = 1e-5;

    const string ConfigEnding = ".scheduler_config.json";

    /// <summary>Whether a folder is one of schedulers.</summary>
    public static bool Fits(string folder) => Directory.Exists(Path.Combine(folder, "ddpm")) || Directory.Exists(Path.Combine(folder, "ddim"));

    /// <summary>Compares every case of a folder.</summary>
    /// <returns>The largest difference of all <c>prev_sample</c> and walks, and where it is.</returns>
    public static ParityResult Check(string folder)
    {
        var worst = new WorstDifference();
        foreach (string file in Cases(folder, "ddpm")) Steps(file, SchedulerConfig.Load(file), worst);
        foreach (string file in Cases(folder, "ddim")) Walk(file, SchedulerConfig.Load(file), worst);
        string times = Path.Combine(folder, "timesteps.json");
        if (File.Exists(times)) Times(times, worst);
        return worst.Result("schedulers", Tolerance);
    }

    static IEnumerable<string> Cases(string folder, string kind)
    {
        string cases = Path.Combine(folder, kind);
        return Directory.Exists(cases) ? Directory.GetFiles(cases, "*" + ConfigEnding).Order(StringComparer.Ordinal) : [];
    }

    // step.N<N>.t<τ>.prev_sample: one step of a walk of N, at diffusers' timestep τ, with recorded model output and noise.
    static void Steps(string file, SchedulerConfig config, WorstDifference worst)
    {
        using var scope = NewDisposeScope();
        using var recorded = SafeTensors.Open(file.Replace(ConfigEnding, ".safetensors"));
        Tensor sample = recorded.Read("sample"), output = recorded.Read("model_output"), noise = recorded.Read("noise");
        foreach (string name in recorded.Tensors.Keys.Where(name => name.EndsWith(".prev_sample")))
        {
            string[] parts = name.Split('.');
            int steps = int.Parse(parts[1][1..]), time = int.Parse(parts[2][1..]) + 1;
            Sampler sampler = config.Sampler(steps);
            (int t, int s) = sampler.Steps.FirstOrDefault(pair => pair.T == time);
            if (t == 0) throw new InvalidDataException($"{recorded.Path}: '{name}' is at a time that {steps} steps of this scheduler do not visit.");
            worst.Add($"{Label(file)} {name}", recorded.Read(name), sampler.Step(sample, output, t, s, noise).X);
        }
        if (!recorded.Tensors.ContainsKey("add_noise.expected")) return;
        var forward = new ForwardProcess(config.Schedule);
        Tensor noisy = forward.Sample(recorded.Read("add_noise.original"), recorded.Read("add_noise.timesteps") + 1, recorded.Read("add_noise.noise"));
        worst.Add($"{Label(file)} add_noise", recorded.Read("add_noise.expected"), noisy);
    }

    static void Walk(string file, SchedulerConfig config, WorstDifference worst)
    {
        using var scope = NewDisposeScope();
        using var recorded = SafeTensors.Open(file.Replace(ConfigEnding, ".safetensors"));
        new RecordedWalk(recorded, config, "sample_init").Compare(Label(file), worst);
    }

    // "CLASS/spacing/offsetK/Tn/Nn": the list that set_timesteps(N) gives.
    static void Times(string file, WorstDifference worst)
    {
        using JsonDocument lists = JsonDocument.Parse(File.ReadAllText(file));
        foreach (JsonProperty list in lists.RootElement.EnumerateObject())
        {
            string[] parts = list.Name.Split('/');
            var spacing = Enum.Parse<TimeSpacing>(parts[1], ignoreCase: true);
            IReadOnlyList<int> times = ReverseTimes.Times(int.Parse(parts[3][1..]), int.Parse(parts[4][1..]), spacing, int.Parse(parts[2]["offset".Length..]));
            int[] expected = [.. list.Value.EnumerateArray().Select(τ => τ.GetInt32() + 1)];
            worst.Add($"timesteps {list.Name}", times.SequenceEqual(expected) ? 0 : double.PositiveInfinity);
        }
    }

    static string Label(string file) => $"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file).Replace(ConfigEnding, "")}";
}
