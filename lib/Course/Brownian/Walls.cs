using System.Numerics;

namespace Course.Brownian;

/// <summary>Two walls at 0 and L, off which whatever moves between them bounces: one coordinate of many molecules on the CPU, many at a
/// time.</summary>
static class Walls
{
    /// <summary>
    /// Moves every x by its kick and folds it back: of a free path z a bouncing molecule sees |z − 2L·round(z/2L)|, the distance to the
    /// nearest of the points 0, ±2L, ±4L, …, at which the reflections repeat.
    /// </summary>
    /// <param name="x">Between the walls, before and after.</param>
    /// <param name="kicks">One for each x, of any length.</param>
    /// <param name="L">Where the second wall stands.</param>
    internal static void Move(Span<float> x, ReadOnlySpan<float> kicks, float L)
    {
        int width = Vector<float>.Count, i = 0;
        Vector<float> period = new(-2 * L), inverse = new(1 / (2 * L)), wall = new(L);
        for (; i <= x.Length - width; i += width)
        {
            Vector<float> z = new Vector<float>(x[i..]) + new Vector<float>(kicks[i..]);
            Vector<float> folded = Vector.Abs(Vector.FusedMultiplyAdd(Vector.Round(z * inverse), period, z));
            Vector.Min(folded, wall).CopyTo(x[i..]);        // rounding may leave a molecule 10⁻⁷ behind the wall
        }
        for (; i < x.Length; i++)
        {
            float z = x[i] + kicks[i];
            x[i] = MathF.Min(MathF.Abs(MathF.FusedMultiplyAdd(MathF.Round(z * (1 / (2 * L))), -2 * L, z)), L);
        }
    }
}
