using Figures.Colours;
using SkiaSharp;

namespace Figures.Layers;

/// <summary>How a layer looks: its colour, dash pattern and mark; with a halo, a light rim keeps it apart from a coloured ground.</summary>
public readonly record struct SeriesStyle
{
    internal SeriesStyle(SKColor colour, float[] dash, int mark, float width, bool hasHalo = false) =>
        (Colour, Dash, Mark, Width, HasHalo) = (colour, dash, mark, width, hasHalo);

    /// <summary>The lengths of dashes and gaps in px; none for a solid line.</summary>
    public float[] Dash { get; internal init; }

    /// <summary>Which mark, counted from 0.</summary>
    public int Mark { get; }

    /// <summary>The width of a line in px.</summary>
    public float Width { get; internal init; }

    internal SKColor Colour { get; init; }

    internal bool HasHalo { get; }

    /// <summary>The colour as <c>#rrggbb</c>.</summary>
    public string Hex => Palette.Hex(Colour);

    /// <summary>The colour as CSS with an opacity.</summary>
    public string Css(double opacity) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"rgba({Colour.Red},{Colour.Green},{Colour.Blue},{opacity:0.##})");
}
