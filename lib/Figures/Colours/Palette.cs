using SkiaSharp;

namespace Figures.Colours;

/// <summary>
/// The colours, line patterns and marks of all figures: Okabe and Ito's palette, which colour-blind readers tell apart, on an opaque white
/// card whose edge shows on a light page and on a dark one.
/// </summary>
public static class Palette
{
    /// <summary>
    /// Series colours in order of appearance (Okabe &amp; Ito 2008, without its yellow; its orange and its sky blue, which a thin line
    /// loses on white, are made darker). Each has a contrast of 3 : 1 to the paper, which WCAG 2.1 (1.4.11) asks of graphics.
    /// </summary>
    internal static readonly SKColor[] Series =
    [
        new(0, 114, 178),   // blue
        new(213, 94, 0),    // vermilion
        new(0, 158, 115),   // bluish green
        new(204, 121, 167), // reddish purple
        new(140, 91, 0),    // brown
        new(35, 153, 238),  // sky blue
        new(60, 60, 60),    // near black
    ];

    /// <summary>Dash patterns in CSS px, one a series: the figure also survives a grey printer.</summary>
    internal static readonly float[][] Dashes = [[], [9, 4], [2.5f, 3.5f], [10, 4, 2.5f, 4], [15, 5], [5, 2.5f], [10, 3, 2.5f, 3, 2.5f, 3]];

    /// <summary>The card that everything is drawn on.</summary>
    internal static readonly SKColor Paper = SKColors.White;

    /// <summary>Text on the card.</summary>
    internal static readonly SKColor Text = new(38, 38, 38);

    /// <summary>Lines that stand back: reference lines, arrows.</summary>
    internal static readonly SKColor Faint = new(105, 105, 105);

    /// <summary>The card's edge.</summary>
    internal static readonly SKColor Frame = new(120, 120, 120);

    /// <summary>The grid behind the curves.</summary>
    internal static readonly SKColor Grid = new(232, 232, 232);

    /// <summary>Curves without a name, which are context.</summary>
    internal static readonly SKColor Context = new(145, 145, 145);

    /// <summary>The colour of a series, counted from 0; they begin again where there are more.</summary>
    internal static SKColor Of(int series) => Series[series % Series.Length];

    /// <summary>A colour as ScottPlot takes it.</summary>
    internal static ScottPlot.Color Scott(SKColor colour) => ScottPlot.Color.FromSKColor(colour);

    /// <summary>Text on the card, as <c>#rrggbb</c>.</summary>
    public static string TextHex => Hex(Text);

    /// <summary>The grid behind the curves, as <c>#rrggbb</c>.</summary>
    public static string GridHex => Hex(Grid);

    /// <summary>The card's edge, as <c>#rrggbb</c>.</summary>
    public static string FrameHex => Hex(Frame);

    /// <summary>The colour of a series, counted from 0, as <c>#rrggbb</c>.</summary>
    public static string SeriesHex(int series) => Hex(Of(series));

    /// <summary><c>#rrggbb</c>, for HTML and Plotly.</summary>
    internal static string Hex(SKColor colour) => $"#{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}";
}
