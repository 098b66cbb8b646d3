namespace Diffusion.Sampling;

/// <summary>The pairs (t, s), s &lt; t, that a reverse walk visits, in the workbook's times: t from 1 to T, and s = 0 is clean
/// data.</summary>
/// <remarks>diffusers counts from 0: its timestep τ is t − 1, so its list [800, 600, …, 0] is t = 801, 601, …, 1 here.</remarks>
public static class ReverseTimes
{
    /// <summary>N times from high to low, spaced as diffusers' <c>set_timesteps</c> spaces them.</summary>
    /// <param name="T">Steps the model was trained with.</param>
    /// <param name="steps">N, from 1 to T.</param>
    /// <param name="spacing">Where they lie.</param>
    /// <param name="offset">diffusers' <c>steps_offset</c>, added in leading spacing.</param>
    public static IReadOnlyList<int> Times(int T, int steps, TimeSpacing spacing = TimeSpacing.Leading, int offset = 0)
    {
        if (steps < 1 || steps > T)
            throw new ArgumentOutOfRangeException(nameof(steps), $"{steps} sampling steps are asked for, expected 1 to {T}: the "
                + $"model knows T = {T} times.");
        // rounded as numpy's arange rounds it, which decides where a time lies half-way between two
        double stride = T - (double)T / steps - T;
        IEnumerable<int> zeroBased = spacing switch
        {
            TimeSpacing.Leading => Enumerable.Range(0, steps).Select(i => i * (T / steps) + offset).Reverse(),
            TimeSpacing.Trailing => Enumerable.Range(0, steps).Select(i => (int)Math.Round(T + i * stride) - 1),
            TimeSpacing.Linspace => Enumerable.Range(0, steps)
                .Select(i => (int)Math.Round(steps == 1 ? 0 : i * ((T - 1.0) / (steps - 1)))).Reverse(),
            _ => throw new ArgumentOutOfRangeException(nameof(spacing), spacing, "Expected Leading, Trailing or Linspace."),
        };
        int[] times = [.. zeroBased.Select(τ => τ + 1)];
        int outside = times.FirstOrDefault(t => t < 1 || t > T);
        return outside == 0 ? times
            : throw new ArgumentOutOfRangeException(nameof(offset), $"With offset {offset} the walk would visit t = {outside}, expected 1 "
                + $"to {T}: choose fewer steps or a smaller offset.");
    }

    /// <summary>DDPM: each step ends where the next begins, the last at clean data.</summary>
    /// <param name="times">From high to low, as <see cref="Times"/> gives them.</param>
    public static IReadOnlyList<(int T, int S)> Following(IReadOnlyList<int> times) =>
        [.. times.Select((t, i) => (t, i + 1 < times.Count ? times[i + 1] : 0))];

    /// <summary>DDIM: each step is ⌊T/N⌋ long; one that would pass the end stops there. With end = 1 a step from t = 1 stays where it
    /// is.</summary>
    /// <remarks>So diffusers walks, whatever the list: with linspace spacing, T = 1000 and N = 11, the step from τ = 999 ends at 909 while
    /// the list goes on at 899. A trailing or linspace list therefore suits DDIM only where ⌊T/N⌋ is its own stride.</remarks>
    /// <param name="times">From high to low, N of them.</param>
    /// <param name="T">Steps the model was trained with.</param>
    /// <param name="end">0, or 1 where <c>set_alpha_to_one</c> is false.</param>
    public static IReadOnlyList<(int T, int S)> Striding(IReadOnlyList<int> times, int T, int end = 0) =>
        [.. times.Select(t => (t, t - T / times.Count is int s && s >= 1 ? s : end))];
}
