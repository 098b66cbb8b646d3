using System.Text;
using System.Text.RegularExpressions;
using Figures.Colours;
using ImageMagick;
using SkiaSharp;

namespace Figures.Drawing;

/// <summary>From drawing commands to the bytes of a PNG, an SVG or a GIF; the same drawing always gives the same bytes.</summary>
static partial class Picture
{
    /// <summary>Pictures are drawn at twice their size in CSS px, sharp on today's screens.</summary>
    internal const int PngScale = 2;

    const int CssPixelsPerInch = 96;

    internal static byte[] Png(int width, int height, Action<SKCanvas> draw, int colours, float scale = PngScale)
    {
        using var image = Raster(width, height, scale, draw);
        if (colours > 0) image.Quantize(new QuantizeSettings { Colors = (uint)colours, DitherMethod = DitherMethod.No });
        image.Strip();
        image.Format = colours > 0 ? MagickFormat.Png8 : MagickFormat.Png24;
        image.Settings.SetDefine(MagickFormat.Png, "exclude-chunks", "all");
        image.Settings.SetDefine(MagickFormat.Png, "include-chunks", "PLTE,tRNS,pHYs");
        image.Density = new Density(CssPixelsPerInch * scale, DensityUnit.PixelsPerInch); // its size on the page: a notebook shows it so
        image.Settings.SetDefine(MagickFormat.Png, "compression-level", "9");
        return image.ToByteArray();
    }

    /// <summary>A GIF that loops for ever, its frames in one palette and stored as differences.</summary>
    internal static byte[] Gif(int width, int height, IEnumerable<Action<SKCanvas>> frames, int colours, int milliseconds, int hold)
    {
        using var film = new MagickImageCollection();
        foreach (var draw in frames) film.Add(Raster(width, height, 1, draw));
        foreach (var frame in film)
        {
            frame.AnimationDelay = (uint)((ReferenceEquals(frame, film[^1]) ? hold : milliseconds) / 10);
            frame.AnimationIterations = 0;
        }
        film.Quantize(new QuantizeSettings { Colors = (uint)colours, DitherMethod = DitherMethod.No });
        film.Optimize();
        film.OptimizeTransparency();
        foreach (var frame in film) frame.Strip();
        return film.ToByteArray(MagickFormat.Gif);
    }

    internal static string Svg(int width, int height, Action<SKCanvas> draw)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(width, height), stream))
            draw(canvas);
        // Skia numbers its clips over the whole process; from 1 in each document, the same drawing gives the same bytes.
        var names = new Dictionary<string, string>();
        return IdPattern().Replace(Encoding.UTF8.GetString(stream.ToArray()),
        match =>
        {
            if (!names.ContainsKey(match.Value)) names.Add(match.Value, $"{match.Groups[1].Value}_{names.Count + 1}");
            return names[match.Value];
        });
    }

    [GeneratedRegex("""(?<=id="|#)([a-z]+)_[0-9a-f]+(?=[")])""")]
    private static partial Regex IdPattern();

    /// <summary>An opaque raster image of the drawing, <paramref name="scale"/> device pixels a CSS px.</summary>
    internal static MagickImage Raster(int width, int height, float scale, Action<SKCanvas> draw)
    {
        int w = (int)MathF.Round(width * scale), h = (int)MathF.Round(height * scale);
        using var bitmap = new SKBitmap(w, h, SKColorType.Rgba8888, SKAlphaType.Premul);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(Palette.Paper);
            canvas.Scale(scale);
            draw(canvas);
        }
        var image = new MagickImage();
        image.ReadPixels(bitmap.GetPixelSpan(), new PixelReadSettings((uint)w, (uint)h, StorageType.Char, PixelMapping.RGBA));
        image.HasAlpha = false;
        return image;
    }
}
