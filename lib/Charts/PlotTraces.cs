using System.Globalization;
using Plotly.NET;

namespace Diffusion;

/// <summary>The layers of a plot as traces of plotly.js.</summary>
static class PlotTraces
{
    const int MostCurvePoints = 600, MostPoints = 2000;

    static readonly string[] marks = ["circle", "square", "triangle-up", "diamond", "triangle-down", "x-thin-open", "circle-open"];

    internal static Trace Of(Plot plot, Layer layer, SeriesStyle style, double barX, double barY, double barLength)
    {
        var line = new { color = style.Hex, width = style.Width, dash = Dash(style.Dash) };
        switch (layer)
        {
            case LineLayer curve:
                var (xs, ys) = Thin.Curve(curve.Xs, curve.Ys, MostCurvePoints);
                return new Trace("scatter").Set(("mode", "lines"), ("x", Numbers(xs)), ("y", Numbers(ys)), ("line", line));
            case PathLayer path:
                int[] ends = [.. Enumerable.Range(0, path.Xs.Length).Select(i => i == 0 || i == path.Xs.Length - 1 ? 7 : 0)];
                return new Trace("scatter").Set(("mode", "lines+markers"), ("x", Numbers(path.Xs)), ("y", Numbers(path.Ys)), ("line", line),
                    ("marker", new { color = style.Hex, size = ends, symbol = ends.Select((_, i) => i == 0 ? "circle-open" : "circle").ToArray() }));
            case PointsLayer points:
                int[] kept = Thin.Indices(points.Xs.Length, MostPoints);
                var trace = new Trace("scatter").Set(("mode", "markers"), ("x", Numbers(kept.Select(i => points.Xs[i]))), ("y", Numbers(kept.Select(i => points.Ys[i]))),
                    ("marker", new { color = style.Hex, symbol = marks[style.Mark % marks.Length], size = kept.Length <= 60 ? 8 : kept.Length <= 400 ? 5.5 : 3.5, opacity = kept.Length <= 400 ? 0.9 : 0.5 }));
                return points.Errors is null ? trace
                    : trace.Set(("error_y", new { type = "data", array = Numbers(kept.Select(i => points.Errors[i])), color = style.Hex, thickness = 1.6, width = 0 }));
            case BandLayer band:
                return new Trace("scatter").Set(("mode", "lines"), ("x", Numbers(band.Xs.Concat(band.Xs.Reverse()))), ("y", Numbers(band.Low.Concat(band.High.Reverse()))),
                    ("fill", "toself"), ("fillcolor", style.Css(0.22)), ("line", new { width = 0, color = style.Hex }), ("hoverinfo", "skip"));
            case HistogramLayer histogram:
                double floor = plot.IsLogY ? Math.Pow(10, PlotView.Of(plot).Bottom) : 0;
                return new Trace("scatter").Set(("mode", "lines"), ("x", Numbers(histogram.Edges)), ("y", Numbers(histogram.Density.Append(floor))), ("fill", "tozeroy"),
                    ("fillcolor", style.Css(0.22)), ("line", new { color = style.Hex, width = 1.5, shape = "hv" }));
            case BarsLayer bars:
                return new Trace("bar").Set(("x", Enumerable.Range(0, bars.Values.Length).ToArray()), ("y", Numbers(bars.Values)), ("marker", new { color = style.Hex }));
            case ArrowsLayer arrows:
                return Arrows(arrows, style);
            case GridLayer grid:
                return Grid(grid, barX, barY, barLength);
            default:
                throw new NotSupportedException($"No interactive form of a layer of kind '{layer.Kind}'.");
        }
    }

    internal static object Rule(RuleLayer rule, SeriesStyle style, string id, bool showsInLegend) => new
    {
        type = "line",
        xref = rule.IsHorizontal ? "x" + id + " domain" : "x" + id,
        yref = rule.IsHorizontal ? "y" + id : "y" + id + " domain",
        x0 = rule.IsHorizontal ? 0 : rule.At,
        x1 = rule.IsHorizontal ? 1 : rule.At,
        y0 = rule.IsHorizontal ? rule.At : 0,
        y1 = rule.IsHorizontal ? rule.At : 1,
        line = new { color = style.Hex, width = style.Width, dash = Dash(style.Dash) },
        showlegend = showsInLegend,
        legend = "legend" + id,
        name = MathText.ToHtml(rule.Name),
    };

    static Trace Arrows(ArrowsLayer arrows, SeriesStyle style)
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
        return new Trace("scatter").Set(("mode", "lines"), ("x", Numbers(xs)), ("y", Numbers(ys)), ("line", new { color = style.Hex, width = 1.4 }), ("hoverinfo", "skip"));
    }

    static Trace Grid(GridLayer grid, double barX, double barY, double barLength)
    {
        int rows = grid.Values.GetLength(0), columns = grid.Values.GetLength(1);
        double dx = (grid.X.High - grid.X.Low) / columns, dy = (grid.Y.High - grid.Y.Low) / rows;
        string[] colours = ColourMaps.Hex(grid.Colours, 17);
        return new Trace("heatmap").Set(
            ("x0", grid.X.Low + (dx / 2)), ("dx", dx), ("y0", grid.Y.Low + (dy / 2)), ("dy", dy),
            ("z", Enumerable.Range(0, rows).Select(i => Numbers(Enumerable.Range(0, columns).Select(j => grid.Values[i, j]), 3)).ToArray()),
            ("zmin", grid.ColourRange.Low), ("zmax", grid.ColourRange.High), ("colorscale", colours.Select((colour, i) => new object[] { i / (colours.Length - 1.0), colour }).ToArray()),
            ("colorbar", new { x = barX, xanchor = "left", y = barY, len = barLength, thickness = 16, xpad = 6, ypad = 0, outlinewidth = 0, title = new { text = MathText.ToHtml(grid.Label), side = "right" } }));
    }

    static double?[] Numbers(IEnumerable<double> values, int digits = 5) => [.. values.Select(value => double.IsFinite(value) ? Round(value, digits) : (double?)null)];

    /// <summary>To so many significant digits: what an eye can see of a chart, at a third of the bytes.</summary>
    internal static double Round(double value, int digits = 5) => double.Parse(value.ToString("G" + digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    static string Dash(float[] dash) => dash.Length == 0 ? "solid" : string.Join(",", dash.Select(part => part.ToString(CultureInfo.InvariantCulture) + "px"));
}
