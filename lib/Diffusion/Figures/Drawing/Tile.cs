using SkiaSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Diffusion;

/// <summary>One image of a grid as bytes: red, green, blue, 255 for each pixel, row by row.</summary>
sealed record Tile(int Width, int Height, bool IsColour, byte[] Rgba)
{
    internal static IEnumerable<Tile> Split(string figure, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] is not (1 or 3) || images.numel() == 0)
            throw new ArgumentException($"Figure '{figure}': the images have shape {TensorShape.Format(images.shape)}, expected (N, C, "
                + "H, W) with C = 1 or 3 and N ≥ 1.");
        var (count, channels, height, width) = ((int)images.shape[0], (int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        double[] values = images.ToDoubles();
        int plane = height * width;
        for (int n = 0; n < count; n++)
        {
            var rgba = new byte[4 * plane];
            for (int p = 0; p < plane; p++)
            {
                for (int c = 0; c < 3; c++)
                    rgba[(4 * p) + c] = Level(values[(((n * channels) + (channels == 3 ? c : 0)) * plane) + p]);
                rgba[(4 * p) + 3] = 255;
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
