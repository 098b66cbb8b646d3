using Diffusion.Devices;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Forward;

/// <summary>
/// The fixed process that turns data into noise, and its exact reversal when the data are known: q of Ho, Jain &amp; Abbeel 2020, section
/// 2. Works on tensors of any shape and floating type; a time per item (B) goes with a batch whose first dimension is B. Nothing here is
/// learned.
/// </summary>
/// <remarks>
/// Where a method takes <c>noise</c>, that is ε ~ N(0, I) of x's shape: left out it is drawn, given it makes the result a function of its
/// arguments (the reparameterisation trick). Results are owned by the caller.
/// </remarks>
/// <param name="schedule">How much noise each step adds.</param>
public sealed class ForwardProcess(NoiseSchedule schedule)
{
    /// <summary>The most values that a whole walk may keep at once: 400 MB.</summary>
    public const long LargestWalk = 100_000_000;

    /// <summary>How much noise each step adds.</summary>
    public NoiseSchedule Schedule => schedule;

    /// <summary>One step, a draw from q(x_t | x_{t−1}) = N(√(1−β_t)·x_{t−1}, β_t·I), eq. (2).</summary>
    /// <param name="x">x_{t−1}, of any shape.</param>
    /// <param name="t">The step, 1 to T.</param>
    /// <param name="noise">ε, or none to draw it.</param>
    /// <exception cref="ArgumentOutOfRangeException">t is not a step of the schedule.</exception>
    public Tensor Step(Tensor x, int t, Tensor? noise = null)
    {
        schedule.RequireTime(t, 1);
        return Mixed(Sqrt(schedule.Alpha[t]), x, Sqrt(schedule.Beta[t]), noise);
    }

    /// <summary>All steps up to t at once, a draw from q(x_t | x₀) = N(√ᾱ_t·x₀, (1−ᾱ_t)·I), eq. (4). At t = 0 that is x₀ itself.</summary>
    /// <param name="x0">Clean data, of any shape.</param>
    /// <param name="t">How many steps, 0 to T.</param>
    /// <param name="noise">ε, or none to draw it.</param>
    /// <exception cref="ArgumentOutOfRangeException">t is not a time of the schedule.</exception>
    public Tensor Sample(Tensor x0, int t, Tensor? noise = null)
    {
        schedule.RequireTime(t, 0);
        return Mixed(schedule.SqrtAlphaBar[t], x0, schedule.SqrtOneMinusAlphaBar[t], noise);
    }

    /// <summary>The same with every item's own t, as training needs it: item b of the result is a draw from q(x_{t_b} | x₀_b), eq.
    /// (4).</summary>
    /// <param name="x0">Clean data (B, …).</param>
    /// <param name="t">int64 of shape (B), entries 0 to T; see <see cref="ScheduleTable.At"/> for what is checked where.</param>
    /// <param name="noise">ε of x₀'s shape, or none to draw it.</param>
    public Tensor Sample(Tensor x0, Tensor t, Tensor? noise = null)
    {
        RequirePerItem(x0, t);
        schedule.RequireTime(t, 0);
        RequireNoise(x0, noise);
        using var scope = NewDisposeScope();
        Tensor ε = noise ?? randn_like(x0);
        return (schedule.SqrtAlphaBar.At(t, x0) * x0 + schedule.SqrtOneMinusAlphaBar.At(t, x0) * ε).MoveToOuterDisposeScope();
    }

    /// <summary>The whole walk x₀, x₁, …, x_steps step by step, eq. (2): (steps+1, …shape of x₀). For a few paths to look at; for many,
    /// loop over <see cref="Step"/>.</summary>
    /// <param name="x0">Where it starts.</param>
    /// <param name="steps">1 to T; left out, all T.</param>
    public Tensor Walk(Tensor x0, int? steps = null)
    {
        int last = steps ?? schedule.T;
        schedule.RequireTime(last, 1);
        if (x0.numel() * (last + 1) > LargestWalk)
            throw new ArgumentException($"{last + 1:N0} states of {x0.numel():N0} values are more than the {LargestWalk:N0} kept at once: "
                + "walk fewer items, or loop over Step.", nameof(x0));
        using var scope = NewDisposeScope();
        var path = new List<Tensor> { x0 };
        for (int t = 1; t <= last; t++) path.Add(Step(path[^1], t));
        return stack(path).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The law of the step before, when the end is known too: q(x_{t−1} | x_t, x₀) = N(μ̃_t, β̃_t·I), eq. (6) and (7). At t = 1 it is a
    /// point, x₀: μ̃₁ = x₀ and β̃₁ = 0.
    /// </summary>
    /// <param name="xt">x_t, of any shape.</param>
    /// <param name="x0">x₀, of the same shape.</param>
    /// <param name="t">1 to T.</param>
    /// <returns>μ̃_t(x_t, x₀), owned by the caller, and the number β̃_t.</returns>
    /// <exception cref="ArgumentOutOfRangeException">t is not a step of the schedule.</exception>
    public (Tensor Mean, double Variance) Posterior(Tensor xt, Tensor x0, int t)
    {
        schedule.RequireTime(t, 1);
        using var scope = NewDisposeScope();
        Tensor mean = x0 * schedule.PosteriorMeanOfX0[t] + xt * schedule.PosteriorMeanOfXt[t];
        return (mean.MoveToOuterDisposeScope(), schedule.PosteriorVariance[t]);
    }

    /// <summary>The same with every item's own t: μ̃ of x_t's shape and β̃ of shape (B, 1, …, 1).</summary>
    /// <param name="xt">x_t (B, …).</param>
    /// <param name="x0">x₀ (B, …).</param>
    /// <param name="t">int64 of shape (B), entries 1 to T.</param>
    public (Tensor Mean, Tensor Variance) Posterior(Tensor xt, Tensor x0, Tensor t)
    {
        RequirePerItem(xt, t);
        schedule.RequireTime(t, 1);
        using var scope = NewDisposeScope();
        Tensor mean = schedule.PosteriorMeanOfX0.At(t, xt) * x0 + schedule.PosteriorMeanOfXt.At(t, xt) * xt;
        return (mean.MoveToOuterDisposeScope(), schedule.PosteriorVariance.At(t, xt).MoveToOuterDisposeScope());
    }

    /// <summary>One step back with x₀ known, a draw from q(x_{t−1} | x_t, x₀), eq. (6). At t = 1 it returns x₀ whatever the
    /// noise.</summary>
    /// <param name="xt">x_t, of any shape.</param>
    /// <param name="x0">x₀, of the same shape.</param>
    /// <param name="t">1 to T.</param>
    /// <param name="noise">ε, or none to draw it.</param>
    public Tensor SamplePosterior(Tensor xt, Tensor x0, int t, Tensor? noise = null)
    {
        using var scope = NewDisposeScope();
        (Tensor mean, double variance) = Posterior(xt, x0, t);
        return Mixed(1, mean, Sqrt(variance), noise).MoveToOuterDisposeScope();
    }

    /// <summary>a·x + b·ε, the one line that all draws here are.</summary>
    /// <param name="a">The weight of x.</param>
    /// <param name="x">Floating-point values of any shape.</param>
    /// <param name="b">The weight of the noise.</param>
    /// <param name="noise">ε of x's shape, or none to draw it.</param>
    public static Tensor Mixed(double a, Tensor x, double b, Tensor? noise)
    {
        RequireNoise(x, noise);
        using var scope = NewDisposeScope();
        // two passes over memory instead of three: a walk is nothing but this line
        return (a * x).add_(noise ?? randn_like(x), alpha: b).MoveToOuterDisposeScope();
    }

    // Broadcasting would take noise of another shape without a word and share one draw among many values.
    internal static void RequireNoise(Tensor x, Tensor? noise)
    {
        if (!x.is_floating_point())
            throw new ArgumentException($"x holds {x.dtype}, expected floating-point values (scale images to [−1, 1] first).", nameof(x));
        if (noise is not null && !noise.shape.SequenceEqual(x.shape))
            throw new ArgumentException($"The noise has shape {TensorShape.Format(noise.shape)}, expected x's shape "
                + $"{TensorShape.Format(x.shape)}.", nameof(noise));
    }

    internal static void RequirePerItem(Tensor x, Tensor t)
    {
        if (t.dim() != 1 || x.dim() < 1 || t.shape[0] != x.shape[0])
            throw new ArgumentException($"t has shape {TensorShape.Format(t.shape)}, expected one time for each item of a batch of shape "
                + $"{TensorShape.Format(x.shape)}.", nameof(t));
    }
}
