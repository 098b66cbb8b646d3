using System.Globalization;
using Figures.Colours;
using Figures.Drawing;
using Figures.Layers;
using Plotly.NET;

namespace Figures.Plotly;

/// <summary>The layers of a plot as traces of plotly.js.</summary>
/// <param name="plot">The plot.</param>
/// <param name="view">What it shows of the plane: it says which digits of a number can be seen.</param>
sealed class PlotTraces(Plot plot, PlotView view)
{
    const int MostCurvePoints = 600, MostPoints = 2000;

    static readonly string[] marks = ["circle", "square", "triangle-up", "diamond", "triangle-down", "x-thin-open", "circle-open"];

    /// <param name="layer">A layer other than a rule or a note, which are parts of the layout.</param>
    /// <param name="style">How it looks.</param>
    /// <param name="bar">Where a colour bar stands: its left end, its middle and its length in parts of the figure.</param>
    internal Trace Of(Layer layer, SeriesStyle style, (double X, double Y, double Length) bar) => layer switch
    {
        LineLayer line => Line(line, style),
        PathLayer path => Path(path, style),
        PointsLayer points => Points(points, style),
        BandLayer band => Scatter("lines", band.Xs.Concat(band.Xs.Reverse()), band.Low.Concat(band.High.Reverse())).Set(
            ("fill", "toself"), ("fillcolor", style.Css(0.22)), ("line", new { width = 0, color = style.Hex }), ("hoverinfo", "skip")),
        HistogramLayer histogram => Scatter("lines", histogram.Edges, histogram.Density.Append(Floor)).Set(
            ("fill", "tozeroy"), ("fillcolor", style.Css(0.22)), ("line", new { color = style.Hex, width = 1.5, shape = "hv" })),
        BarsLayer bars => new Trace("bar").Set(
            ("x", Enumerable.Range(0, bars.Values.Length).ToArray()), ("y", Numbers(bars.Values)), ("marker", new { color = style.Hex })),
        ArrowsLayer arrows => Arrows(arrows, style),
        GridLayer grid => Grid(grid, bar),
        _ => throw new NotSupportedException($"No interactive form of a layer of kind '{layer.Kind}'."),
    };

    internal static object Rule(RuleLayer rule, SeriesStyle style, string id, bool showsInLegend, string legend) => new
    {
        type = "line",
        xref = rule.IsHorizontal ? $"x{id} domain" : $"x{id}",
        yref = rule.IsHorizontal ? $"y{id}" : $"y{id} domain",
        x0 = rule.IsHorizontal ? 0 : rule.At,
        x1 = rule.IsHorizontal ? 1 : rule.At,
        y0 = rule.IsHorizontal ? rule.At : 0,
        y1 = rule.IsHorizontal ? rule.At : 1,
        line = Pen(style),
        showlegend = showsInLegend,
        legend,
        name = MathText.ToHtml(rule.Name),
    };

    Trace Scatter(string mode, IEnumerable<double> xs, IEnumerable<double> ys) => new Trace("scatter").Set(("mode", mode),
        ("x", Numbers(plot.IsLogX ? xs : Seen(xs, view.Right - view.Left, 5))),
            ("y", Numbers(plot.IsLogY ? ys : Seen(ys, view.Top - view.Bottom, 5))));

    Trace Line(LineLayer line, SeriesStyle style)
    {
        var (xs, ys) = Decimation.Curve(line.Xs, line.Ys, MostCurvePoints);
        return Scatter("lines", xs, ys).Set(("line", Pen(style)));
    }

    Trace Path(PathLayer path, SeriesStyle style)
    {
        // A ring at the start, a dot at the end, nothing between.
        int last = path.Xs.Length - 1;
        int[] sizes = [.. Enumerable.Range(0, last + 1).Select(i => i == 0 || i == last ? 7 : 0)];
        string[] symbols = [.. Enumerable.Range(0, last + 1).Select(i => i == 0 ? "circle-open" : "circle")];
        return Scatter("lines+markers", path.Xs, path.Ys).Set(
            ("line", Pen(style)), ("marker", new { color = style.Hex, size = sizes, symbol = symbols }));
    }

    Trace Points(PointsLayer points, SeriesStyle style)
    {
        int[] kept = Decimation.Indices(points.Xs.Length, MostPoints);
        var (size, opacity) = kept.Length <= 60 ? (8, 0.9) : kept.Length <= 400 ? (5.5, 0.9) : (3.5, 0.5);
        var trace = Scatter("markers", kept.Select(i => points.Xs[i]), kept.Select(i => points.Ys[i])).Set(
            ("marker", new { color = style.Hex, symbol = marks[style.Mark % marks.Length], size, opacity }));
        if (points.Errors is { } errors)
            trace.Set(("error_y", new
            {
                type = "data",
                array = Numbers(kept.Select(i => errors[i])),
                color = style.Hex,
                thickness = 1.6,
                width = 0,
            }));
        return trace;
    }

    Trace Arrows(ArrowsLayer arrows, SeriesStyle style)
    {
        var (xs, ys) = (new List<double>(), new List<double>());
        double scale = arrows.Scale;
        for (int i = 0; i < arrows.Xs.Length; i++)
        {
            double x = arrows.Xs[i], y = arrows.Ys[i], u = arrows.Us[i] * scale, v = arrows.Vs[i] * scale;
            // Shaft, then the head as an open triangle of a third of the length.
            xs.AddRange([x, x + u, x + (0.68 * u) - (0.16 * v), double.NaN, x + u, x + (0.68 * u) + (0.16 * v), double.NaN]);
            ys.AddRange([y, y + v, y + (0.68 * v) + (0.16 * u), double.NaN, y + v, y + (0.68 * v) - (0.16 * u), double.NaN]);
        }
        return Scatter("lines", xs, ys).Set(("line", new { color = style.Hex, width = 1.4 }), ("hoverinfo", "skip"));
    }

    static Trace Grid(GridLayer grid, (double X, double Y, double Length) bar)
    {
        int rows = grid.Values.GetLength(0), columns = grid.Values.GetLength(1);
        double dx = (grid.X.High - grid.X.Low) / columns, dy = (grid.Y.High - grid.Y.Low) / rows;
        string[] colours = ColourMaps.Hex(grid.Colours, 17);
        double range = grid.ColourRange.High - grid.ColourRange.Low;
        return new Trace("heatmap").Set(
            ("x0", grid.X.Low + (dx / 2)), ("dx", dx),
            ("y0", grid.Y.Low + (dy / 2)), ("dy", dy),
            ("z", Enumerable.Range(0, rows).Select(
                i => Numbers(Seen(Enumerable.Range(0, columns).Select(j => grid.Values[i, j]), range, 3))).ToArray()),
            ("zmin", grid.ColourRange.Low), ("zmax", grid.ColourRange.High),
            ("colorscale", colours.Select((colour, i) => new object[] { i / (colours.Length - 1.0), colour }).ToArray()),
            ("colorbar", new
            {
                x = bar.X,
                xanchor = "left",
                y = bar.Y,
                len = bar.Length,
                thickness = 16,
                xpad = 6,
                ypad = 0,
                outlinewidth = 0,
                title = new { text = MathText.ToHtml(grid.Label), side = "right" },
            }));
    }

    static object Pen(SeriesStyle style) => new
    {
        color = style.Hex,
        width = style.Width,
        dash = style.Dash.Length == 0 ? "solid"
            : string.Join(",", style.Dash.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part}px"))),
    };

    double Floor => plot.IsLogY ? Math.Pow(10, view.Bottom) : 0;

    static double?[] Numbers(IEnumerable<double> values) =>
        [.. values.Select(value => double.IsFinite(value) ? Round(value) : (double?)null)];

    /// <summary>What can be seen of values on a linear axis, or in a colour bar, that is so long: a thousandth of it for digits = 3. 0
    /// takes less room than 1.99E-39.</summary>
    static IEnumerable<double> Seen(IEnumerable<double> values, double length, int digits)
    {
        int decimals = (int)Math.Clamp(Math.Round(digits - Math.Log10(length)), 0, 15);
        return values.Select(value => Math.Round(value, decimals));
    }

    /// <summary>To five significant digits: what an eye can see of a chart, at a third of the bytes.</summary>
    internal static double Round(double value) =>
        double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
