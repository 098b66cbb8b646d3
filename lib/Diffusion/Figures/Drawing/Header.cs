using SkiaSharp;

namespace Diffusion;

/// <summary>The title and, beneath it, the legend in as many rows as it takes.</summary>
static class Header
{
    const float Margin = 14, Size = 14, Row = 22, Symbol = 30, Gap = 22;

    /// <summary>Draws the header and returns where it ends.</summary>
    internal static float Draw(SKCanvas canvas, Plot plot, SeriesStyles styles)
    {
        float y = Title(canvas, plot.Title, plot.Width, plot.IsPanel);
        var entries = plot.Layers.Where(l => l.Name.Length > 0).GroupBy(l => l.Name).ToArray();
        if (entries.Length < 2) return y;

        float x = Margin;
        foreach (var entry in entries)
        {
            float width = Symbol + 7 + MathText.Width(entry.Key, Size);
            if (x > Margin && x + width > plot.Width - Margin) (x, y) = (Margin, y + Row);
            foreach (var layer in entry) Key(canvas, layer, styles.Of(layer), new SKRect(x, y + 4, x + Symbol, y + 18));
            MathText.Draw(canvas, entry.Key, x + Symbol + 7, y + 16, Size, Ink.Text);
            x += width + Gap;
        }
        return y + Row + 2;
    }

    /// <summary>How far down the header of a plot reaches.</summary>
    internal static float Height(Plot plot) => TitleHeight(plot.Title, plot.IsPanel) + LegendHeight(plot, plot.Width);

    /// <summary>The height of the legend of a plot that is so wide.</summary>
    internal static float LegendHeight(Plot plot, int width)
    {
        using var nowhere = new SKNoDrawCanvas(width, plot.Height);
        return Draw(nowhere, plot with { Width = width, Title = "" }, new(plot.Layers)) - TitleHeight("", false);
    }

    internal static float Title(SKCanvas canvas, string title, int width, bool isPanel)
    {
        if (title.Length == 0) return TitleHeight(title, isPanel);
        float size = isPanel ? 15 : 17, room = width - (2 * Margin), wide = MathText.Width(title, size);
        MathText.Draw(canvas, title, Margin, isPanel ? 24 : 28, wide > room ? size * room / wide : size, Ink.Text);
        return TitleHeight(title, isPanel);
    }

    internal static float TitleHeight(string title, bool isPanel) => title.Length == 0 ? 8 : isPanel ? 32 : 38;

    static void Key(SKCanvas canvas, Layer layer, SeriesStyle style, SKRect box)
    {
        using var stroke = new SKPaint { Color = style.Colour, IsAntialias = true, IsStroke = true, StrokeWidth = style.Width };
        using var fill = new SKPaint { Color = style.Colour.WithAlpha(70), IsAntialias = true };
        using var dash = style.Dash.Length > 0 ? SKPathEffect.CreateDash(style.Dash, 0) : null;
        switch (layer)
        {
            case BandLayer:
                canvas.DrawRect(box, fill);
                break;
            case HistogramLayer:
                stroke.StrokeWidth = 1.6f;
                canvas.DrawRect(box, fill);
                canvas.DrawRect(box, stroke);
                break;
            case BarsLayer:
                fill.Color = style.Colour;
                canvas.DrawRect(box, fill);
                break;
            case PointsLayer:
                Mark.Draw(canvas, style.Mark, box.MidX, box.MidY, 8, style.Colour);
                break;
            case RuleLayer { IsHorizontal: false }:
                stroke.PathEffect = dash;
                canvas.DrawLine(box.MidX, box.Top - 2, box.MidX, box.Bottom + 2, stroke);
                break;
            case PathLayer:
                canvas.DrawLine(box.Left, box.MidY, box.Right, box.MidY, stroke);
                Mark.Draw(canvas, 0, box.Right - 3, box.MidY, 6, style.Colour);
                break;
            default:
                stroke.PathEffect = dash;
                canvas.DrawLine(box.Left, box.MidY, box.Right, box.MidY, stroke);
                break;
        }
    }
}
