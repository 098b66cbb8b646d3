using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Sampling;
using static TorchSharp.torch;

namespace Diffusion.Models.Recordings;

/// <summary>
/// A reverse walk as diffusers recorded it: the start, and for each step i <c>model_output.i</c>, <c>noise.i</c> where fresh noise was
/// added, and <c>sample.i</c>, where it ended.
/// </summary>
/// <remarks>
/// What DDIM was told besides its configuration, η and use_clipped_model_output, is not recorded. η follows from the first step by least
/// squares, either way; which way it was, the first two steps say. All the others then have to agree.
/// </remarks>
sealed class RecordedWalk
{
    readonly SafeTensors recorded;

    internal RecordedWalk(SafeTensors recorded, SchedulerConfig config, string startName)
    {
        this.recorded = recorded;
        Start = Read(startName);
        double[] times = recorded.Read("timesteps").ToDoubles();
        Count = times.Length;
        if (Count < 1 || Count > config.Steps)
            throw new InvalidDataException($"{recorded.Path}: timesteps has {Count} entries, expected 1 to {config.Steps}, the "
                + "scheduler's num_train_timesteps.");
        HasExpectedTimes = config.Sampler(Count).Steps.Select(pair => pair.T - 1.0).SequenceEqual(times);
        Sampler = config.IsDdim ? Fitted(config) : config.Sampler(Count);
    }

    internal int Count { get; }
    internal bool HasExpectedTimes { get; }
    internal Sampler Sampler { get; }
    internal Tensor Start { get; }

    /// <summary>A recorded tensor, on <see cref="Compute.Device"/>.</summary>
    internal Tensor Read(string name) => recorded.Read(name).to(Compute.Device);

    internal Tensor? Noise(int i) => recorded.Tensors.ContainsKey($"noise.{i}") ? Read($"noise.{i}") : null;

    /// <summary>Each step from its recorded beginning.</summary>
    internal void Compare(string label, WorstDifference worst)
    {
        worst.Add($"{label} timesteps", HasExpectedTimes ? 0 : double.PositiveInfinity);
        for (int i = 0; i < Count; i++)
        {
            (Tensor x, Tensor x0) = Step(Sampler, i);
            worst.AddRelative($"{label} sample.{i}", Read($"sample.{i}"), x);
            string seen = $"pred_original_sample.{i}";
            if (recorded.Tensors.ContainsKey(seen)) worst.AddRelative($"{label} {seen}", Read(seen), x0);
        }
    }

    (Tensor X, Tensor X0) Step(Sampler sampler, int i)
    {
        Tensor before = i == 0 ? Start : Read($"sample.{i - 1}");
        (int t, int s) = sampler.Steps[i];
        return sampler.Step(before, Read($"model_output.{i}"), t, s, Noise(i) ?? zeros_like(before));
    }

    Sampler Fitted(SchedulerConfig config)
    {
        Sampler keeps = config.Sampler(Count, Eta(config, false), false), recomputes = config.Sampler(Count, Eta(config, true), true);
        return Misfit(keeps) <= Misfit(recomputes) ? keeps : recomputes;
    }

    // A step of DDIM is √ᾱ_s·x̂₀ + a·ε̂ + b·z with b = η·√β̃: a and b by least squares from the first one, where z was recorded.
    double Eta(SchedulerConfig config, bool recomputesNoise)
    {
        if (Noise(0) is not { } z) return 0;
        using var scope = NewDisposeScope();
        Sampler still = config.Sampler(Count, eta: 0, recomputesNoise);
        (int t, int s) = still.Steps[0];
        double ᾱt = still.Schedule.AlphaBar[t], ᾱs = still.Schedule.AlphaBar[s];
        (Tensor x, Tensor x0) = Step(still, 0);                             // √ᾱ_s·x̂₀ + √(1−ᾱ_s)·ε̂
        Tensor ε = x - Math.Sqrt(ᾱs) * x0, rest = Read("sample.0") - Math.Sqrt(ᾱs) * x0;
        double Dot(Tensor p, Tensor q) => (p.to(ScalarType.Float64) * q.to(ScalarType.Float64)).sum().item<double>();
        double εε = Dot(ε, ε), εz = Dot(ε, z), zz = Dot(z, z);
        double b = (εε * Dot(rest, z) - εz * Dot(rest, ε)) / (εε * zz - εz * εz);
        double η = b / Math.Sqrt((1 - ᾱs) / (1 - ᾱt) * (1 - ᾱt / ᾱs));
        return Math.Clamp(Math.Abs(η - Math.Round(η, 2)) < 1e-3 ? Math.Round(η, 2) : η, 0, 1);
    }

    double Misfit(Sampler sampler)
    {
        using var scope = NewDisposeScope();
        // The first two steps: at the first, with ᾱ near 0, clipping may hardly show.
        return Enumerable.Range(0, Math.Min(2, Count)).Sum(i => (Step(sampler, i).X - Read($"sample.{i}")).abs().max().item<float>());
    }
}
