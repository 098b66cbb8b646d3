using System.Buffers.Binary;

namespace Notebooks.Scripting;

/// <summary>What a PNG says of itself before its pixels.</summary>
static class PngHeader
{
    const double CssPixelsPerMetre = 96 / 0.0254;

    /// <summary>How large a picture means to be, in CSS px, that has more pixels than that by its chunk pHYs; null for every other
    /// picture.</summary>
    /// <param name="base64">The PNG as a notebook keeps it.</param>
    internal static (int Width, int Height)? SizeInCss(string base64)
    {
        Span<byte> bytes = new byte[Math.Min(base64.Length, 8192) / 4 * 3];
        if (!Convert.TryFromBase64Chars(base64.AsSpan(0, bytes.Length / 3 * 4), bytes, out int length) || length < 24
            || !bytes[1..].StartsWith("PNG"u8)) return null;
        int width = BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), height = BinaryPrimitives.ReadInt32BigEndian(bytes[20..]);
        for (int at = 8; at + 17 <= length;)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
            if (bytes.Slice(at + 4, 4).SequenceEqual("pHYs"u8) && bytes[at + 16] == 1)
            {
                double x = Density(bytes[(at + 8)..]), y = Density(bytes[(at + 12)..]);
                return x > 1 && y > 1 && x <= 16 && y <= 16 ? ((int)Math.Round(width / x), (int)Math.Round(height / y)) : null;
            }
            if (size < 0 || size > length || bytes.Slice(at + 4, 4).SequenceEqual("IDAT"u8)) return null;
            at += size + 12;
        }
        return null;
    }

    /// <summary>Pixels a CSS px, to a hundredth: pHYs counts whole pixels a metre.</summary>
    static double Density(ReadOnlySpan<byte> perMetre) => Math.Round(BinaryPrimitives.ReadUInt32BigEndian(perMetre) / CssPixelsPerMetre, 2);
}
