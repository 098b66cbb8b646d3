using System.Runtime.InteropServices;
using Diffusion.Devices;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Brownian;

/// <summary>
/// A drop of ink in a glass of water: a million molecules, each on its own Brownian path, reflected by the walls. Every step is exact
/// whatever its length, because the free path is (normal increments) and so is the reflection: folded modulo 2L, a free path has the law of
/// one that bounces between walls at 0 and L.
/// </summary>
/// <remarks>Positions stay on <see cref="Compute.Device"/>; a step works in place, slice by slice through one small buffer, and keeps
/// nothing: 10⁷ molecules take 80 MB.</remarks>
public sealed class InkDrop : IDisposable
{
    /// <summary>The most molecules, 800 MB of positions.</summary>
    public const long LargestNumber = 100_000_000;

    /// <summary>Molecules that are moved at a time on a processor.</summary>
    internal const int SliceLength = 1 << 14;

    readonly Tensor position;           // (2, N): all x, then all y
    readonly Tensor noise;              // (slice), overwritten by every draw
    readonly Tensor rest;               // the part of it that the last, shorter slice takes
    readonly bool onProcessor = Compute.Device.type == TorchSharp.DeviceType.CPU;
    readonly int traced;

    /// <summary>Lets the drop fall.</summary>
    /// <param name="particles">How many molecules, 1 to <see cref="LargestNumber"/>.</param>
    /// <param name="glass">The glass and where the drop falls; left out, the default one.</param>
    /// <param name="traced">How many molecules are followed one by one.</param>
    public InkDrop(long particles = 1_000_000, Glass? glass = null, int traced = 5)
    {
        if (particles is < 1 or > LargestNumber)
            throw new ArgumentOutOfRangeException(nameof(particles), $"particles is {particles:N0}, expected 1 to {LargestNumber:N0}.");
        if (traced < 0) throw new ArgumentOutOfRangeException(nameof(traced), $"traced is {traced}, expected 0 or more.");
        Glass = glass ?? new();
        Glass.Require();
        Particles = particles;
        this.traced = (int)Min(traced, particles);
        position = empty([2, particles], device: Compute.Device).DetachFromDisposeScope();
        // On a processor a slice stays in its cache from the draw to the fold, and is small enough (below 2¹⁵) for torch not to wake other
        // threads for microseconds of work; a GPU wants few and large ones.
        long slice = onProcessor ? SliceLength : 1 << 22;
        noise = empty(Min(slice, particles), device: Compute.Device).DetachFromDisposeScope();
        rest = noise.narrow(0, 0, particles % noise.shape[0]).DetachFromDisposeScope();
        using (NewDisposeScope())
        {
            position[0].fill_(Glass.DropX);
            position[1].fill_(Glass.DropY);
        }
        Kick(Glass.DropSize);
    }

    /// <summary>The glass it fell into.</summary>
    public Glass Glass { get; }

    /// <summary>How many molecules there are.</summary>
    public long Particles { get; }

    /// <summary>Time since the drop fell.</summary>
    public double Time { get; private set; }

    /// <summary>Where the molecules are now, (2, N): all x, then all y. The ink's own tensor: look, but do not change or dispose
    /// it.</summary>
    public Tensor Position => position;

    /// <summary>Every molecule moves for a time, as exact for a long one as for a short one.</summary>
    /// <param name="dt">Above 0.</param>
    public void Step(double dt)
    {
        if (!(dt > 0 && double.IsFinite(dt)))
            throw new ArgumentOutOfRangeException(nameof(dt), $"dt is {dt}, expected a finite time above 0.");
        Kick(Sqrt(2 * Glass.D * dt));
        Time += dt;
    }

    /// <summary>The ink now and after every further step, one frame at a time: nothing is computed before it is asked for.</summary>
    /// <param name="count">How many frames, the first of them before any step.</param>
    /// <param name="dt">Time between frames.</param>
    /// <param name="binsX">Cells along x.</param>
    /// <param name="binsY">Cells along y.</param>
    public IEnumerable<InkFrame> Frames(int count, double dt, int binsX = 96, int binsY = 64)
    {
        for (int i = 0; i < count; i++)
        {
            Interruption.ThrowIfAsked();
            if (i > 0) Step(dt);
            yield return Observe(binsX, binsY);
        }
    }

    /// <summary>Counts the molecules in every cell of a grid.</summary>
    /// <param name="binsX">Cells along x, at least 1.</param>
    /// <param name="binsY">Cells along y, at least 1.</param>
    public InkFrame Observe(int binsX = 96, int binsY = 64)
    {
        if (binsX < 1 || binsY < 1)
            throw new ArgumentOutOfRangeException(nameof(binsX), $"The grid is {binsX} × {binsY}, expected at least 1 × 1.");
        using var scope = NewDisposeScope();
        Tensor counts = zeros((long)binsX * binsY, ScalarType.Int64, Compute.Device);
        foreach (var (from, size) in Slices())
        {
            using var slice = NewDisposeScope();
            Tensor column = Cell(position[0].narrow(0, from, size), binsX / Glass.Width, binsX),
                row = Cell(position[1].narrow(0, from, size), binsY / Glass.Height, binsY);
            counts.add_(bincount(row.mul_(binsX).add_(column), minlength: (long)binsX * binsY));
        }
        double[] flat = counts.ToDoubles(), few = position.narrow(1, 0, traced).ToDoubles();
        return new(Glass, Time, InkFrame.Grid(binsX, binsY, (column, row) => flat[row * binsX + column]),
            [.. Enumerable.Range(0, traced).Select(i => (few[i], few[traced + i]))]);
    }

    /// <summary>Probability per area in every cell of a grid, [row, column] = [y, x], row 0 at the bottom.</summary>
    /// <inheritdoc cref="Observe"/>
    public double[,] Density(int binsX = 96, int binsY = 64) => Observe(binsX, binsY).Density;

    /// <summary>Frees the molecules' memory.</summary>
    public void Dispose()
    {
        position.Dispose();
        rest.Dispose();
        noise.Dispose();
    }

    void Kick(double standardDeviation)
    {
        if (onProcessor) KickInCache(standardDeviation);
        else KickOnDevice(standardDeviation);
    }

    // Drawing takes most of the time, so all the rest is one pass over the slice, which allocates nothing.
    void KickInCache(double standardDeviation)
    {
        Span<float> all = Values(position), kicks = Values(noise);
        int slice = kicks.Length, particles = (int)Particles;
        for (int from = 0; from < particles; from += slice)
        {
            int size = Min(slice, particles - from);
            for (int axis = 0; axis < 2; axis++)
            {
                (size == slice ? noise : rest).normal_(0, standardDeviation);
                Walls.Move(all.Slice(axis * particles + from, size), kicks[..size], (float)(axis == 0 ? Glass.Width : Glass.Height));
            }
        }
    }

    void KickOnDevice(double standardDeviation)
    {
        foreach (var (from, size) in Slices())
            for (int axis = 0; axis < 2; axis++)
            {
                using var slice = NewDisposeScope();
                Tensor x = position[axis].narrow(0, from, size);
                x.add_(noise.narrow(0, 0, size).normal_(0, standardDeviation));
                double L = axis == 0 ? Glass.Width : Glass.Height;
                // fold: [0, 2L) by periodicity, then L − |x − L| mirrors the upper half
                x.remainder_(2 * L).sub_(L).abs_().neg_().add_(L);
            }
    }

    static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    IEnumerable<(long From, long Size)> Slices()
    {
        long slice = noise.shape[0];
        for (long from = 0; from < Particles; from += slice) yield return (from, Min(slice, Particles - from));
    }

    // A molecule exactly on the far wall belongs to the last cell.
    static Tensor Cell(Tensor x, double cellsPerLength, int cells) => (x * cellsPerLength).to(ScalarType.Int64).clamp_(0, cells - 1);
}
