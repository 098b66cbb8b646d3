using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Diffusion.Parameterizations;

/// <summary>
/// What a network said about x_t, under any of its five names. All say the same, because x_t is known and x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε
/// (Ho, Jain &amp; Abbeel 2020, eq. 4) turns one into the other. This is the one place of these formulas:
/// <code>
/// Epsilon        ε                   (x_t − √ᾱ_t·x₀)/√(1−ᾱ_t)
/// X0             x₀                  (x_t − √(1−ᾱ_t)·ε)/√ᾱ_t
/// V              v                   √ᾱ_t·ε − √(1−ᾱ_t)·x₀    so x₀ = √ᾱ_t·x_t − √(1−ᾱ_t)·v  and  ε = √ᾱ_t·v + √(1−ᾱ_t)·x_t
/// PosteriorMean  μ_θ(x_t, t)         μ̃_t(x_t, x₀) of eq. (7), which with ε is eq. (11)
/// Score          ∇ log q(x_t)        −ε/√(1−ᾱ_t)
/// </code>
/// </summary>
/// <remarks>The tensors given stay the caller's and must live as long as the prediction.</remarks>
public sealed class Prediction
{
    readonly NoiseSchedule schedule;
    readonly Tensor xt, output;
    readonly Parameterization target;
    readonly int time;
    readonly Tensor? times;         // null where one time serves the whole batch

    /// <summary>A prediction for values that are all at one time.</summary>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="xt">x_t, of any shape.</param>
    /// <param name="t">1 to T.</param>
    /// <param name="output">What was said of it, of the same shape.</param>
    /// <param name="target">The name under which it was said.</param>
    /// <exception cref="ArgumentOutOfRangeException">t is not a step of the schedule, or the target no name.</exception>
    /// <exception cref="ArgumentException">The output has another shape than x_t.</exception>
    public Prediction(NoiseSchedule schedule, Tensor xt, int t, Tensor output, Parameterization target = Parameterization.Epsilon)
        : this(schedule, xt, output, target, t, null) => schedule.RequireTime(t, 1);

    /// <summary>The same with every item's own t.</summary>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="xt">x_t (B, …).</param>
    /// <param name="t">int64 (B), entries 1 to T; see <see cref="ScheduleTable.At"/> for what is checked where.</param>
    /// <param name="output">What was said of it (B, …).</param>
    /// <param name="target">The name under which it was said.</param>
    public Prediction(NoiseSchedule schedule, Tensor xt, Tensor t, Tensor output, Parameterization target = Parameterization.Epsilon)
        : this(schedule, xt, output, target, 0, t)
    {
        ForwardProcess.RequirePerItem(xt, t);
        schedule.RequireTime(t, 1);
    }

    Prediction(NoiseSchedule schedule, Tensor xt, Tensor output, Parameterization target, int time, Tensor? times)
    {
        if (!output.shape.SequenceEqual(xt.shape))
            throw new ArgumentException($"The prediction has shape {TensorShape.Format(output.shape)}, expected x_t's shape "
                + $"{TensorShape.Format(xt.shape)}.", nameof(output));
        if (!Enum.IsDefined(target)) throw Unknown(target);
        (this.schedule, this.xt, this.output, this.target, this.time, this.times) = (schedule, xt, output, target, time, times);
    }

    /// <summary>The prediction under a name: of x_t's shape, owned by the caller.</summary>
    /// <param name="name">Any of the five.</param>
    /// <exception cref="InvalidOperationException">ᾱ_t is 0, as at the end of a schedule without residual signal, and the noise or the
    /// score was given: neither then says anything of x₀.</exception>
    public Tensor As(Parameterization name)
    {
        using var scope = NewDisposeScope();
        return (name == target ? output.alias() : Named(name, schedule, X0, Noise, () => xt, Table)).MoveToOuterDisposeScope();
    }

    /// <summary>What a network is to say of x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε when it is trained: the right answer under the name it
    /// learns.</summary>
    /// <param name="target">The name.</param>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="x0">x₀ (B, …).</param>
    /// <param name="ε">The noise that was mixed in (B, …).</param>
    /// <param name="t">int64 (B), entries 1 to T.</param>
    /// <returns>(B, …), owned by the caller.</returns>
    public static Tensor Target(Parameterization target, NoiseSchedule schedule, Tensor x0, Tensor ε, Tensor t)
    {
        ForwardProcess.RequirePerItem(x0, t);
        ForwardProcess.RequireNoise(x0, ε);
        schedule.RequireTime(t, 1);
        using var scope = NewDisposeScope();
        return Named(target, schedule, x0.alias, ε.alias, () => new ForwardProcess(schedule).Sample(x0, t, ε), table => table.At(t, x0))
            .MoveToOuterDisposeScope();
    }

    // The five names of one pair (x₀, ε); each is computed only where a formula asks for it.
    static Tensor Named(Parameterization name, NoiseSchedule schedule, Func<Tensor> x0, Func<Tensor> ε, Func<Tensor> xt, Func<ScheduleTable,
        Tensor> at) => name switch
        {
            Parameterization.Epsilon => ε(),
            Parameterization.X0 => x0(),
            Parameterization.V => at(schedule.SqrtAlphaBar) * ε() - at(schedule.SqrtOneMinusAlphaBar) * x0(),
            Parameterization.PosteriorMean => at(schedule.PosteriorMeanOfX0) * x0() + at(schedule.PosteriorMeanOfXt) * xt(),     // eq. (7)
            Parameterization.Score => -ε() / at(schedule.SqrtOneMinusAlphaBar),
            _ => throw Unknown(name),
        };

    Tensor Noise() => target switch
    {
        Parameterization.Epsilon => output,
        Parameterization.V => Signal * output + Spread * xt,
        Parameterization.Score => -Spread * output,
        _ => (xt - Signal * X0()) / Spread,
    };

    Tensor X0() => target switch
    {
        Parameterization.X0 => output,
        Parameterization.V => Signal * xt - Spread * output,
        Parameterization.PosteriorMean => (output - Table(schedule.PosteriorMeanOfXt) * xt) / Table(schedule.PosteriorMeanOfX0),
        _ when times is null && schedule.AlphaBar[time] == 0 =>
            throw new InvalidOperationException($"ᾱ_{time} is 0, so the noise says nothing of x₀: a network for this "
                + "schedule must predict x₀ or v."),
        _ => (xt - Spread * Noise()) / Signal,
    };

    Tensor Signal => Table(schedule.SqrtAlphaBar);

    Tensor Spread => Table(schedule.SqrtOneMinusAlphaBar);

    // One time: a 0-dimensional float64 tensor, which torch treats like a plain number in whatever type x_t has.
    Tensor Table(ScheduleTable table) => times is null ? tensor(table[time], ScalarType.Float64, CPU) : table.At(times, xt);

    static ArgumentOutOfRangeException Unknown(Parameterization name) =>
        new(nameof(name), $"The name is {name}, expected {string.Join(", ", Enum.GetNames<Parameterization>())}.");
}
