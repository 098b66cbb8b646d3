using SkiaSharp;

namespace Figures.Drawing;

/// <summary>The one font of all figures, carried inside the library so that a figure is the same on every machine.</summary>
static class BundledFont
{
    internal const string Family = "DejaVu Sans Condensed";

    static readonly Lazy<SKTypeface> typeface = new(() =>
    {
        using var data = typeof(BundledFont).Assembly.GetManifestResourceStream("Figures.DejaVuSansCondensed.ttf")
            ?? throw new InvalidOperationException("Figures.dll carries no font: rebuild lib/Figures.");
        return SKTypeface.FromStream(data);
    });

    internal static SKTypeface Typeface => typeface.Value;

    internal static SKFont At(float size) => new(Typeface, size) { Subpixel = true, Hinting = SKFontHinting.None };

    /// <summary>The characters of a text that the font cannot draw.</summary>
    internal static IEnumerable<string> Missing(string text) =>
        text.EnumerateRunes().Where(rune => Typeface.GetGlyph(rune.Value) == 0).Select(rune => rune.ToString());
}
