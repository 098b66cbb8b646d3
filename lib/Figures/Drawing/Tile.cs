using SkiaSharp;

namespace Figures.Drawing;

/// <summary>One image of a grid as bytes: red, green, blue, 255 for each pixel, row by row.</summary>
sealed record Tile(int Width, int Height, bool IsColour, byte[] Rgba)
{
    internal static IEnumerable<Tile> Split(string figure, double[,,,] images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var (count, channels, height, width) = (images.GetLength(0), images.GetLength(1), images.GetLength(2), images.GetLength(3));
        if (channels is not (1 or 3) || images.Length == 0)
            throw new ArgumentException($"Figure '{figure}': the images have shape ({count}, {channels}, {height}, "
                + $"{width}), expected (N, C, H, W) with C = 1 or 3 and N ≥ 1.");
        for (int n = 0; n < count; n++)
        {
            var rgba = new byte[4 * height * width];
            for (int y = 0, p = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++, p += 4)
                {
                    for (int c = 0; c < 3; c++) rgba[p + c] = Level(images[n, channels == 3 ? c : 0, y, x]);
                    rgba[p + 3] = 255;
                }
            }
            yield return new(width, height, channels == 3, rgba);
        }
    }

    /// <summary>[−1, 1] to 0…255; a NaN is black.</summary>
    static byte Level(double value) => double.IsNaN(value) ? (byte)0 : (byte)Math.Clamp(Math.Round((value + 1) * 127.5), 0, 255);

    internal void Draw(SKCanvas canvas, SKRect place, bool isCrisp)
    {
        using var pixels = SKImage.FromPixelCopy(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), Rgba);
        canvas.DrawImage(pixels, place, isCrisp ? new SKSamplingOptions(SKFilterMode.Nearest)
            : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }
}
