using System.Collections;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Schedules;

/// <summary>
/// A number for every t of a schedule, 0 to T. It is read at one t, or at every item's own, where it is a tensor that multiplies a batch,
/// so that eq. (4) reads
/// <code>Tensor xt = schedule.SqrtAlphaBar.At(t, x0) * x0 + schedule.SqrtOneMinusAlphaBar.At(t, x0) * ε;</code>
/// </summary>
public sealed class ScheduleTable : IReadOnlyList<double>
{
    readonly double[] values;
    readonly Lazy<Tensor> onDevice;     // float32, cast once and kept for good

    /// <summary>A table of these numbers.</summary>
    /// <param name="values">Entry t belongs to x_t: T+1 of them. They are copied.</param>
    public ScheduleTable(IEnumerable<double> values)
    {
        this.values = [.. values];
        onDevice = new(() => this.values.ToTensor().DetachFromDisposeScope());
    }

    /// <summary>T+1.</summary>
    public int Count => values.Length;

    /// <summary>The number at t, 0 to T.</summary>
    /// <exception cref="ArgumentOutOfRangeException">t lies outside.</exception>
    public double this[int t] => (uint)t < (uint)values.Length ? values[t]
        : throw new ArgumentOutOfRangeException(nameof(t), $"t is {t}, expected 0 to {Count - 1}: this schedule "
            + $"has T = {Count - 1} steps.");

    /// <summary>The numbers at every item's own t, shaped to multiply a batch.</summary>
    /// <param name="t">int64 of shape (B), every entry from 0 to T. Checked when it lies on the CPU; on a GPU looking would stall the
    /// queue, and the device itself refuses.</param>
    /// <param name="like">The batch (B, …), whose number of dimensions and floating type the result takes.</param>
    /// <returns>(B, 1, …, 1) on <see cref="Compute.Device"/>, owned by the caller; the numbers are float32's in every type.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A t on the CPU is none of this table's.</exception>
    /// <exception cref="ArgumentException">t does not hold whole numbers.</exception>
    public Tensor At(Tensor t, Tensor like)
    {
        RequireTimes(t, 0, Count - 1);
        using var scope = NewDisposeScope();
        return onDevice.Value.index_select(0, t.to(Compute.Device).flatten()).PerItem(like.dim()).to(like.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => values.GetEnumerator();

    internal static void RequireTimes(Tensor t, int first, int last)
    {
        if (t.dtype is not (ScalarType.Int64 or ScalarType.Int32))
            throw new ArgumentException($"t holds {t.dtype}, expected int64: whole numbers from {first} to {last}.", nameof(t));
        if (t.device.type != TorchSharp.DeviceType.CPU || t.numel() == 0) return;
        using var scope = NewDisposeScope();
        long low = t.min().to(ScalarType.Int64).item<long>(), high = t.max().to(ScalarType.Int64).item<long>();
        if (low < first || high > last)
            throw new ArgumentOutOfRangeException(nameof(t), $"t reaches from {low} to {high}, expected {first} to {last}: this "
                + $"schedule has T = {last} steps.");
    }
}
