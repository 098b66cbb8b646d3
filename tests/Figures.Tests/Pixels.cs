using SkiaSharp;

namespace Figures.Tests;

/// <summary>Looks at the pixels of a picture.</summary>
sealed class Pixels(byte[] png)
{
    readonly SKBitmap bitmap = SKBitmap.Decode(png);

    internal int Width => bitmap.Width;
    internal int Height => bitmap.Height;

    internal SKColor this[int x, int y] => bitmap.GetPixel(x, y);

    /// <summary>All places whose colour is within a small distance of this one.</summary>
    internal List<(int X, int Y)> Of(SKColor colour, int within = 12)
    {
        var places = new List<(int, int)>();
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
                if (IsNear(bitmap.GetPixel(x, y), colour, within)) places.Add((x, y));
        return places;
    }

    /// <summary>How many pixels of a rectangle are darker than the paper.</summary>
    internal int InkIn(int left, int top, int right, int bottom) =>
        Enumerable.Range(top, bottom - top).Sum(y => Enumerable.Range(left, right - left).Count(x => bitmap.GetPixel(x, y).Green < 160));

    internal int Colours() => bitmap.Pixels.Distinct().Count();

    internal static bool IsNear(SKColor a, SKColor b, int within) =>
        Math.Abs(a.Red - b.Red) <= within && Math.Abs(a.Green - b.Green) <= within && Math.Abs(a.Blue - b.Blue) <= within;

    internal static readonly SKColor Blue = new(0, 114, 178), Vermilion = new(213, 94, 0), Green = new(0, 158, 115);
}
