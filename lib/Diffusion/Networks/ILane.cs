using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diffusion;

/// <summary>Sixteen neighbouring numbers, as they lie in memory and as they are computed with: in float32.</summary>
unsafe interface ILane
{
    /// <summary>How many.</summary>
    const int Count = 16;

    /// <summary>The sixteen from number <paramref name="index"/> on.</summary>
    static abstract Vector512<float> Load(byte* from, long index);

    /// <summary>Writes them.</summary>
    static abstract void Store(byte* to, long index, Vector512<float> values);
}

/// <summary>float32 in memory.</summary>
readonly unsafe struct Float32Lane : ILane
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* from, long index) => Vector512.Load((float*)from + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* to, long index, Vector512<float> values) => values.Store((float*)to + index);
}

/// <summary>bfloat16 in memory, the upper half of a float32, rounded to the nearest and to even between two.</summary>
readonly unsafe struct BFloat16Lane : ILane
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* from, long index)
    {
        Vector256<ushort> half = Vector256.Load((ushort*)from + index);
        if (Avx512F.IsSupported) return (Avx512F.ConvertToVector512UInt32(half) << 16).AsSingle();
        (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(half);
        return (Vector512.Create(low, high) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* to, long index, Vector512<float> values)
    {
        Vector512<uint> bits = values.AsUInt32();
        bits = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512.Create(1u))) >> 16;
        Vector256<ushort> half = Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(bits) : Vector256.Narrow(bits.GetLower(), bits.GetUpper());
        half.Store((ushort*)to + index);
    }
}
