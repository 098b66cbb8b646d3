using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Diffusion;

/// <summary>The numbers of a group norm over images that lie channels-last, (images, pixels, channels).</summary>
/// <param name="Pixels">P = H·W.</param>
/// <param name="Channels">C, a multiple of 32.</param>
/// <param name="Groups">G, dividing C.</param>
/// <param name="Eps">Added to the variance.</param>
/// <param name="Activates">Whether SiLU follows.</param>
readonly record struct NormShape(int Pixels, int Channels, int Groups, double Eps, bool Activates)
{
    /// <summary>Floats kept of an image for the way back: a mean for each channel, then mean and 1/σ for each group.</summary>
    internal int Kept => Channels + 2 * Groups;
}

/// <summary>
/// Group norm of images that lie channels-last, with the time added before it and SiLU after it in the same passes over memory: forward two,
/// backward two, where libtorch takes five and nine. The arithmetic is float32, whatever the type in memory.
/// <code>
/// u = x + told     x̂ = (u − mean_g)/σ_g     z = w·x̂ + b     y = z·sigmoid(z)
/// dz = dy·silu′(z)     dx = w/σ·dz − 1/σ·(A + x̂·B),   A = mean over the group of w·dz,   B = of w·dz·x̂
/// </code>
/// </summary>
/// <typeparam name="T">How the numbers lie in memory.</typeparam>
static unsafe class PixelMajorNorm<T> where T : struct, ILane
{
    const int Step = ILane.Count;
    const int Run = 32;     // pixels summed before the sum goes to the total: long sums lose digits

    [ThreadStatic] static Scratch? scratch;

    /// <summary>One image.</summary>
    /// <param name="x">(P, C).</param>
    /// <param name="told">(C), or null for none.</param>
    /// <param name="w">(C).</param>
    /// <param name="b">(C).</param>
    /// <param name="y">(P, C), written.</param>
    /// <param name="kept">What the way back needs, written: see <see cref="NormShape.Kept"/>.</param>
    /// <param name="shape">The rest.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(byte* x, float* told, float* w, float* b, byte* y, float* kept, NormShape shape)
    {
        (int pixels, int channels) = (shape.Pixels, shape.Channels);
        float* squares = Floats(2 * channels), scale = squares, shift = squares + channels;
        for (int c = 0; c < channels; c += 2 * Step) Moments(x, c, kept, squares, shape);
        if (told is not null)
            for (int c = 0; c < channels; c++) kept[c] += told[c];
        Groups(kept, squares, shape);
        Coefficients(told, w, b, kept, scale, shift, shape);
        for (long at = 0, end = (long)pixels * channels; at < end; at += channels)
            for (int c = 0; c < channels; c += Step)
            {
                Vector512<float> z = Vector512.FusedMultiplyAdd(T.Load(x, at + c), Vector512.Load(scale + c), Vector512.Load(shift + c));
                T.Store(y, at + c, shape.Activates ? z * Sigmoid(z) : z);
            }
    }

    /// <summary>The way back of one image.</summary>
    /// <param name="dy">(P, C).</param>
    /// <param name="x">As it went in, like <paramref name="told"/>, <paramref name="w"/>, <paramref name="b"/>.</param>
    /// <param name="told">(C), or null.</param>
    /// <param name="w">(C).</param>
    /// <param name="b">(C).</param>
    /// <param name="kept">What <see cref="Forward"/> left.</param>
    /// <param name="dx">(P, C), written.</param>
    /// <param name="sums">Written, (3, C): the gradients of w, of b, and of told.</param>
    /// <param name="shape">The rest.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward(byte* dy, byte* x, float* told, float* w, float* b, float* kept, byte* dx, float* sums, NormShape shape)
    {
        (int pixels, int channels, int wide) = (shape.Pixels, shape.Channels, shape.Channels / shape.Groups);
        long all = (long)pixels * channels;
        float* dz = Floats(all + 5L * channels), scale = dz + all, shift = scale + channels, centre = shift + channels, slope = centre + channels, offset = slope + channels;
        Coefficients(told, w, b, kept, scale, shift, shape);
        float* mean = kept + channels, inverse = mean + shape.Groups;
        for (int c = 0; c < channels; c++) centre[c] = (told is null ? 0 : told[c]) - mean[c / wide];

        for (int c = 0; c < channels; c += Step)
        {
            Vector512<float> a = Vector512.Load(scale + c), s = Vector512.Load(shift + c), m = Vector512.Load(centre + c);
            Vector512<float> sum = default, product = default;
            for (long from = c; from < all; from += (long)Run * channels)
            {
                Vector512<float> part = default, partProduct = default;
                for (long at = from, end = Math.Min(all, from + (long)Run * channels); at < end; at += channels)
                {
                    Vector512<float> u = T.Load(x, at), d = T.Load(dy, at);
                    if (shape.Activates)
                    {
                        Vector512<float> z = Vector512.FusedMultiplyAdd(u, a, s), σ = Sigmoid(z);
                        d *= σ * Vector512.FusedMultiplyAdd(z, Vector512<float>.One - σ, Vector512<float>.One);
                    }
                    d.Store(dz + at);
                    part += d;
                    partProduct = Vector512.FusedMultiplyAdd(d, u + m, partProduct);
                }
                (sum, product) = (sum + part, product + partProduct);
            }
            product.Store(sums + c);
            sum.Store(sums + channels + c);
        }
        for (int g = 0; g < shape.Groups; g++)
        {
            double A = 0, B = 0, r = inverse[g], count = (double)pixels * wide;
            for (int c = g * wide; c < (g + 1) * wide; c++)
            {
                sums[c] *= (float)r;
                A += w[c] * sums[channels + c];
                B += w[c] * sums[c];
            }
            (A, B) = (A / count, B / count);
            for (int c = g * wide; c < (g + 1) * wide; c++)
            {
                slope[c] = (float)(-r * r * B);
                offset[c] = (float)(-r * A) + slope[c] * centre[c];
                sums[2 * channels + c] = (float)(r * (w[c] * sums[channels + c] - pixels * (A + (kept[c] - mean[g]) * r * B)));
            }
        }
        for (long at = 0; at < all; at += channels)
            for (int c = 0; c < channels; c += Step)
            {
                Vector512<float> rest = Vector512.FusedMultiplyAdd(T.Load(x, at + c), Vector512.Load(slope + c), Vector512.Load(offset + c));
                T.Store(dx, at + c, Vector512.FusedMultiplyAdd(Vector512.Load(dz + at + c), Vector512.Load(scale + c), rest));
            }
    }

    // Of 2·16 channels from c: the mean, and the sum of squares about it. Taken about the first pixel, so that a large mean costs no digits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Moments(byte* x, int c, float* means, float* squares, NormShape shape)
    {
        Vector512<float> k0 = T.Load(x, c), k1 = T.Load(x, c + Step);
        Vector512<float> s0 = default, s1 = default, q0 = default, q1 = default;
        long all = (long)shape.Pixels * shape.Channels, run = (long)Run * shape.Channels;
        for (long from = c; from < all; from += run)
        {
            Vector512<float> p0 = default, p1 = default, r0 = default, r1 = default;
            for (long at = from, end = Math.Min(all, from + run); at < end; at += shape.Channels)
            {
                Vector512<float> d0 = T.Load(x, at) - k0, d1 = T.Load(x, at + Step) - k1;
                (p0, p1) = (p0 + d0, p1 + d1);
                (r0, r1) = (Vector512.FusedMultiplyAdd(d0, d0, r0), Vector512.FusedMultiplyAdd(d1, d1, r1));
            }
            (s0, s1, q0, q1) = (s0 + p0, s1 + p1, q0 + r0, q1 + r1);
        }
        Vector512<float> share = Vector512.Create(1f / shape.Pixels);
        (k0 + s0 * share).Store(means + c);
        (k1 + s1 * share).Store(means + c + Step);
        (q0 - s0 * s0 * share).Store(squares + c);
        (q1 - s1 * s1 * share).Store(squares + c + Step);
    }

    static void Groups(float* kept, float* squares, NormShape shape)
    {
        int wide = shape.Channels / shape.Groups;
        float* means = kept + shape.Channels, inverses = means + shape.Groups;
        for (int g = 0; g < shape.Groups; g++)
        {
            double mean = 0, square = 0;
            for (int c = g * wide; c < (g + 1) * wide; c++) mean += kept[c];
            mean /= wide;
            for (int c = g * wide; c < (g + 1) * wide; c++) square += squares[c] + shape.Pixels * (kept[c] - mean) * (kept[c] - mean);
            means[g] = (float)mean;
            inverses[g] = (float)(1 / Math.Sqrt(Math.Max(0, square) / ((double)wide * shape.Pixels) + shape.Eps));
        }
    }

    // z = scale·x + shift.
    static void Coefficients(float* told, float* w, float* b, float* kept, float* scale, float* shift, NormShape shape)
    {
        int wide = shape.Channels / shape.Groups;
        float* means = kept + shape.Channels, inverses = means + shape.Groups;
        for (int c = 0; c < shape.Channels; c++)
        {
            scale[c] = w[c] * inverses[c / wide];
            shift[c] = b[c] + ((told is null ? 0 : told[c]) - means[c / wide]) * scale[c];
        }
    }

    // 1/(1 + e⁻ᶻ) to about 2⁻²²: e to a whole power of two by the exponent's bits, the rest by its series.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Sigmoid(Vector512<float> z)
    {
        const float Whole = 12582912f;      // 1.5·2²³: a float that has it added holds no fraction
        Vector512<float> x = Vector512.Min(Vector512.Max(-z, Vector512.Create(-87f)), Vector512.Create(87f));
        Vector512<float> n = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), Vector512.Create(Whole));
        Vector512<int> power = n.AsInt32() << 23;
        n -= Vector512.Create(Whole);
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        Vector512<float> p = Vector512.Create(1f / 720);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        Vector512<float> e = (p.AsInt32() + power).AsSingle();
        return Vector512<float>.One / (Vector512<float>.One + e);
    }

    static float* Floats(long count) => (scratch ??= new()).Floats(count);

    // Memory of this thread that grows to what was asked of it and stays.
    sealed class Scratch
    {
        float* at;
        long length;

        internal float* Floats(long count)
        {
            if (count <= length) return at;
            NativeMemory.AlignedFree(at);
            length = count;
            return at = (float*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(float)), 64);
        }

        ~Scratch() => NativeMemory.AlignedFree(at);
    }
}
