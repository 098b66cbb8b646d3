using static TorchSharp.torch;

namespace Diffusion;

/// <summary>
/// A reverse walk as diffusers recorded it: the start, and for each step i <c>model_output.i</c>, <c>noise.i</c> where fresh noise was added,
/// and <c>sample.i</c>, where it ended.
/// </summary>
/// <remarks>
/// What DDIM was told besides its configuration, η and use_clipped_model_output, is not recorded. Both are found as the pair (η in
/// hundredths) that fits the first two steps best; all the others then have to agree with it.
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
            throw new InvalidDataException($"{recorded.Path}: timesteps has {Count} entries, expected 1 to {config.Steps}, the scheduler's num_train_timesteps.");
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
        IEnumerable<double> etas = recorded.Tensors.ContainsKey("noise.0") ? Enumerable.Range(0, 101).Select(i => i / 100.0).Reverse() : [0.0];
        return etas.SelectMany(eta => (Sampler[])[config.Sampler(Count, eta, recomputesNoise: false), config.Sampler(Count, eta)]).MinBy(Misfit)!;
    }

    double Misfit(Sampler sampler)
    {
        using var scope = NewDisposeScope();
        // The first two steps: at the first, with ᾱ near 0, clipping may hardly show.
        return Enumerable.Range(0, Math.Min(2, Count)).Sum(i => (Step(sampler, i).X - Read($"sample.{i}")).abs().max().item<float>());
    }
}
