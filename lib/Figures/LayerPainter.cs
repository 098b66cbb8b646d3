using Figures.Colours;
using Figures.Layers;
using ScottPlot;
using Palette = Figures.Colours.Palette;

namespace Figures;

/// <summary>Turns the layers of a <see cref="Plot"/> into what ScottPlot draws.</summary>
static class LayerPainter
{
    internal static void Add(ScottPlot.Plot scott, Plot plot, Layer layer, SeriesStyles styles)
    {
        var style = styles.Of(layer);
        var colour = Palette.Scott(style.Colour);
        Coordinates At(double x, double y) => new(PlotView.X(plot, x), PlotView.Y(plot, y));
        Coordinates[] Curve(double[] xs, double[] ys) => [.. xs.Zip(ys, At)];

        switch (layer)
        {
            case LineLayer line:
                scott.PlottableList.Add(new Stroke(Curve(line.Xs, line.Ys), style, hasEnds: false));
                break;
            case PathLayer path:
                scott.PlottableList.Add(new Stroke(Curve(path.Xs, path.Ys), style, hasEnds: true));
                break;
            case PointsLayer points:
                if (points.Errors is { } errors)
                    for (int i = 0; i < errors.Length; i++)
                    {
                        Coordinates[] bar = [At(points.Xs[i], points.Ys[i] - errors[i]), At(points.Xs[i], points.Ys[i] + errors[i])];
                        scott.PlottableList.Add(new Stroke(bar, style with { Dash = [], Width = 1.6f }, hasEnds: false));
                    }
                scott.PlottableList.Add(new Marks(Curve(points.Xs, points.Ys), style));
                break;
            case BandLayer band:
                int[] kept = [.. Enumerable.Range(0, band.Xs.Length)
                    .Where(i => double.IsFinite(At(band.Xs[i], band.Low[i]).Y + At(band.Xs[i], band.High[i]).Y))];
                var there = kept.Select(i => At(band.Xs[i], band.Low[i]));
                var back = kept.Reverse().Select(i => At(band.Xs[i], band.High[i]));
                if (kept.Length > 1) Area(scott, [.. there, .. back], colour);
                break;
            case HistogramLayer histogram:
                Steps(scott, plot, histogram, style, colour);
                break;
            case BarsLayer bars:
                Bars(scott, plot, bars, colour);
                break;
            case ArrowsLayer arrows:
                scott.PlottableList.Add(new ArrowField(arrows, style.Colour));
                break;
            case RuleLayer { IsHorizontal: true } rule:
                var horizontal = scott.Add.HorizontalLine(PlotView.Y(plot, rule.At), style.Width, colour,
                    new LinePattern(style.Dash, 0, "rule"));
                horizontal.EnableAutoscale = false;
                break;
            case RuleLayer rule:
                var vertical = scott.Add.VerticalLine(PlotView.X(plot, rule.At), style.Width, colour,
                    new LinePattern(style.Dash, 0, "rule"));
                vertical.EnableAutoscale = false;
                break;
            case NoteLayer note:
                scott.PlottableList.Add(new Note(At(note.X, note.Y), note.Text));
                break;
            case GridLayer grid:
                var map = scott.Add.Heatmap(grid.Values);
                map.FlipVertically = true;
                map.Rectangle = new(grid.X.Low, grid.X.High, grid.Y.Low, grid.Y.High);
                map.Colormap = ColourMaps.Of(grid.Colours);
                map.ManualRange = new(grid.ColourRange.Low, grid.ColourRange.High);
                break;
            default:
                throw new NotSupportedException($"A layer of kind '{layer.Kind}' has no drawing.");
        }
    }

    static void Area(ScottPlot.Plot scott, Coordinates[] outline, Color colour)
    {
        var area = scott.Add.Polygon(outline);
        area.FillColor = colour.WithAlpha(0.22);
        area.LineWidth = 0;
    }

    static void Steps(ScottPlot.Plot scott, Plot plot, HistogramLayer histogram, SeriesStyle style, Color colour)
    {
        double floor = plot.IsLogY ? PlotView.Of(plot).Bottom - 1 : 0;
        var outline = new List<Coordinates> { new(PlotView.X(plot, histogram.Edges[0]), floor) };
        for (int i = 0; i < histogram.Density.Length; i++)
        {
            double y = PlotView.Y(plot, histogram.Density[i]);
            if (!double.IsFinite(y)) y = floor;
            outline.Add(new(PlotView.X(plot, histogram.Edges[i]), y));
            outline.Add(new(PlotView.X(plot, histogram.Edges[i + 1]), y));
        }
        outline.Add(new(PlotView.X(plot, histogram.Edges[^1]), floor));
        Area(scott, [.. outline], colour);
        scott.PlottableList.Add(new Stroke([.. outline], style with { Width = 1.5f, Dash = [] }, hasEnds: false));
    }

    static void Bars(ScottPlot.Plot scott, Plot plot, BarsLayer layer, Color colour)
    {
        var all = plot.Layers.OfType<BarsLayer>().ToList();
        double width = 0.76 / all.Count, floor = plot.IsLogY ? PlotView.Of(plot).Bottom - 1 : 0;
        double shift = (all.IndexOf(layer) - ((all.Count - 1) / 2.0)) * width;
        scott.Add.Bars(layer.Values.Select((value, i) => new Bar
        {
            Position = i + shift,
            Value = PlotView.Y(plot, value) is var y && double.IsFinite(y) ? y : floor,
            ValueBase = floor,
            Size = width * 0.92,
            FillColor = colour,
            LineWidth = 0,
        }).ToArray());
    }
}
