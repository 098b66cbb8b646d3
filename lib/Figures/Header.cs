using Figures.Colours;
using Figures.Drawing;
using Figures.Layers;
using SkiaSharp;

namespace Figures;

/// <summary>The title and, beneath it, the legend in as many rows as it takes.</summary>
public static class Header
{
    const float Margin = 14, Size = 14, Symbol = 30, Gap = 22;

    /// <summary>The height of a row of the legend.</summary>
    internal const float Row = 22;

    /// <summary>Draws the header and returns where it ends.</summary>
    internal static float Draw(SKCanvas canvas, Plot plot, SeriesStyles styles)
    {
        float top = Title(canvas, plot.Title, plot.Width, plot.IsPanel);
        List<List<string>> rows = LegendRows(plot, plot.Width);
        foreach (var (row, names) in rows.Index())
        {
            float x = Margin, y = top + (row * Row);
            foreach (string name in names)
            {
                foreach (var layer in plot.Layers.Where(l => l.Name == name)) Key(canvas, layer, styles.Of(layer),
                    new SKRect(x, y + 4, x + Symbol, y + 18));
                MathText.Draw(canvas, name, x + Symbol + 7, y + 16, Size, Palette.Text);
                x += EntryWidth(name) + Gap;
            }
        }
        return top + LegendHeight(rows);
    }

    /// <summary>How far down the header of a plot reaches.</summary>
    internal static float Height(Plot plot) => TitleHeight(plot.Title, plot.IsPanel) + LegendHeight(LegendRows(plot, plot.Width));

    /// <summary>The height of a legend of these rows.</summary>
    public static float LegendHeight(List<List<string>> rows) => rows.Count > 0 ? (rows.Count * Row) + 2 : 0;

    /// <summary>The names in each row of the legend of a plot that is so wide; a single name needs no legend.</summary>
    public static List<List<string>> LegendRows(Plot plot, int width)
    {
        string[] names = [.. plot.Layers.Select(layer => layer.Name).Where(name => name.Length > 0).Distinct()];
        List<List<string>> rows = [];
        if (names.Length < 2) return rows;
        float x = Margin;
        foreach (string name in names)
        {
            float wide = EntryWidth(name);
            if (rows.Count == 0 || x + wide > width - Margin)
            {
                rows.Add([]);
                x = Margin;
            }
            rows[^1].Add(name);
            x += wide + Gap;
        }
        return rows;
    }

    static float EntryWidth(string name) => Symbol + 7 + MathText.Width(name, Size);

    internal static float Title(SKCanvas canvas, string title, int width, bool isPanel)
    {
        if (title.Length == 0) return TitleHeight(title, isPanel);
        float size = isPanel ? 15 : 17, room = width - (2 * Margin), wide = MathText.Width(title, size);
        MathText.Draw(canvas, title, Margin, isPanel ? 24 : 28, wide > room ? size * room / wide : size, Palette.Text);
        return TitleHeight(title, isPanel);
    }

    /// <summary>The px that a title takes at the top of a figure.</summary>
    public static float TitleHeight(string title, bool isPanel) => title.Length == 0 ? 8 : isPanel ? 32 : 38;

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
