using Course.Evaluation;
using Diffusion.Devices;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Brownian;

/// <summary>
/// Brownian motion: independent normal increments of variance 2DΔt in every coordinate (Einstein 1905). Sampled at any Δt it is exact, not
/// an approximation: sums of normal increments are normal.
/// </summary>
public static class BrownianMotion
{
    /// <summary>The most values a walk may hold, 400 MB of float32.</summary>
    public const long LargestWalk = 100_000_000;

    /// <summary>The paths of many molecules that all start at the origin.</summary>
    /// <param name="particles">How many molecules, at least 1.</param>
    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="dt">Δt &gt; 0, time of one step.</param>
    /// <param name="D">Diffusion constant &gt; 0, length²/time; ½ gives the mathematician's standard motion with ⟨x²⟩ = t.</param>
    /// <param name="dimensions">How many coordinates, at least 1.</param>
    /// <returns>float32 (steps+1, particles, dimensions) on <see cref="Compute.Device"/>, entry 0 all zeros; owned by the caller.</returns>
    public static Tensor Walk(long particles, int steps, double dt, double D = 0.5, int dimensions = 1)
    {
        if (particles < 1) throw new ArgumentOutOfRangeException(nameof(particles), $"particles is {particles}, expected at least 1.");
        if (steps < 1) throw new ArgumentOutOfRangeException(nameof(steps), $"steps is {steps}, expected at least 1.");
        if (dimensions < 1) throw new ArgumentOutOfRangeException(nameof(dimensions), $"dimensions is {dimensions}, expected at least 1.");
        RequirePositive(dt, nameof(dt));
        RequirePositive(D, nameof(D));
        if ((double)(steps + 1L) * particles * dimensions > LargestWalk)
            throw new ArgumentException($"{particles:N0} molecules over {steps:N0} steps in {dimensions} dimension(s) are more than the "
                + $"{LargestWalk:N0} values kept at once: "
                + "take fewer molecules or steps (InkDrop moves 10⁷ molecules without keeping their paths).", nameof(particles));

        using var scope = NewDisposeScope();
        // entry 0 stays 0
        Tensor path = zeros([steps + 1, particles, dimensions], device: Compute.Device), moved = path.narrow(0, 1, steps);
        moved.copy_(moved.normal_(0, Sqrt(2 * D * dt)).cumsum(0));
        return path.MoveToOuterDisposeScope();
    }

    /// <summary>⟨|x(t)|²⟩ over all molecules at every step, with the slope of the line through it and what chance does to it.</summary>
    /// <param name="walk">Paths from the origin (steps+1, particles, dimensions).</param>
    /// <param name="dt">Δt of one step.</param>
    /// <param name="groups">Into how many independent groups the molecules are dealt, at most one for every molecule.</param>
    public static MeanSquaredDisplacement MeanSquaredDisplacement(Tensor walk, double dt, int groups = 50)
    {
        RequireWalk(walk);
        RequirePositive(dt, nameof(dt));
        if (groups < 1) throw new ArgumentOutOfRangeException(nameof(groups), $"groups is {groups}, expected at least 1.");
        using var scope = NewDisposeScope();
        int steps = (int)walk.shape[0] - 1, dealt = (int)Min(groups, walk.shape[1]);
        double[] times = [.. Enumerable.Range(0, steps + 1).Select(i => i * dt)];
        double[][] curves = new double[dealt][];
        for (int g = 0; g < dealt; g++)
        {
            using var part = NewDisposeScope();
            long from = walk.shape[1] * g / dealt, to = walk.shape[1] * (g + 1) / dealt;
            curves[g] = walk.narrow(1, from, to - from).square().sum(2).mean([1]).ToDoubles();     // (steps+1)
        }
        Estimate[] means = [.. Enumerable.Range(0, steps + 1).Select(i => Statistics.Mean(curves.Select(curve => curve[i])))];
        return new(times, [.. means.Select(mean => mean.Value)], [.. means.Select(mean => mean.StandardError)],
            Statistics.Mean(curves.Select(curve => Statistics.SlopeThroughOrigin(times, curve))));
    }

    /// <summary>The running sum of squared increments Σ(x_{i+1} − x_i)² of every coordinate. As Δt is halved again and again it tends to
    /// 2Dt with probability one: √Δt is the size of a step.</summary>
    /// <param name="walk">Paths (steps+1, particles, dimensions).</param>
    /// <returns>The same shape, entry 0 all zeros; owned by the caller.</returns>
    public static Tensor QuadraticVariation(Tensor walk)
    {
        RequireWalk(walk);
        using var scope = NewDisposeScope();
        Tensor squares = walk.diff(dim: 0).square();                                    // (steps, particles, dimensions)
        return cat([zeros_like(walk[0..1]), squares.cumsum(0)], 0).MoveToOuterDisposeScope();
    }

    static void RequireWalk(Tensor walk)
    {
        if (walk.dim() != 3 || walk.shape[0] < 2)
            throw new ArgumentException($"The walk has shape {TensorShape.Format(walk.shape)}, expected (steps+1, particles, dimensions) "
                + "with at least one step.", nameof(walk));
    }

    static void RequirePositive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, $"{name} is {value}, expected a finite number above 0.");
    }
}
