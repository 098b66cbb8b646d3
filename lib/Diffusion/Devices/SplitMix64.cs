namespace Diffusion.Devices;

/// <summary>SplitMix64 (Steele, Lea &amp; Flood 2014): seeds for generators, so that every bit of a number reaches every bit of its
/// seed.</summary>
public static class SplitMix64
{
    /// <summary>The number that follows z in the sequence, mixed: neighbouring numbers become unrelated seeds.</summary>
    public static ulong Next(ulong z) => Mixed(z + 0x9E3779B97F4A7C15);

    /// <summary>The mixing alone.</summary>
    public static ulong Mixed(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
