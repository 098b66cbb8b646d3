using Newtonsoft.Json;
using Plotly.NET;
using Plotly.NET.LayoutObjects;

namespace Diffusion;

/// <summary>
/// The traces and the layout of one figure, laid out like its still picture: margins are zero and every plot is given its own rectangle, so
/// that the chart takes the picture's place without a jump.
/// </summary>
sealed class Chart
{
    const double Left = 66, Right = 20, Bottom = 54, BarRoom = 80, SliderTitle = 34;

    readonly double width, height;
    readonly List<object> shapes = [], annotations = [];
    int cells, legendRows;

    /// <param name="figure">A plot, a grid of images, or panels of these.</param>
    /// <param name="title">The title of the whole.</param>
    /// <param name="sliderRoom">The px that a slider and its title take, 0 for none.</param>
    internal Chart(Figure figure, string title, int sliderRoom)
    {
        (width, height) = (figure.Width, figure.Height + sliderRoom);
        Layout.Set(
            ("width", width), ("height", height), ("margin", new { l = 0, r = 0, t = 0, b = 0 }),
            ("paper_bgcolor", "#fff"), ("plot_bgcolor", "#fff"), ("hovermode", "closest"), ("bargap", 0.24),
            ("font", new { family = "DejaVu Sans, Verdana, sans-serif", size = 14, color = Ink.Hex(Ink.Text) }),
            ("title", new
            {
                text = MathText.ToHtml(title),
                font = new { size = 17 },
                x = 14 / width,
                xanchor = "left",
                y = 1 - (22 / height),
                yanchor = "middle",
            }));
        // Under a slider the title stands alone above frames that may have titles of their own.
        bool hasSlider = sliderRoom > 0;
        Add(figure, new(0, hasSlider ? SliderTitle : 0, figure.Width, figure.Height), isWhole: !hasSlider);
        Layout.Set(("shapes", shapes.ToArray()), ("annotations", annotations.ToArray()));
    }

    internal List<Trace> Traces { get; } = [];

    internal Layout Layout { get; } = new();

    /// <summary>What of the layout may differ between the frames of a slider.</summary>
    internal Layout MovingLayout => new Layout().Set(("shapes", shapes.ToArray()), ("annotations", annotations.ToArray()));

    /// <summary>One trace at every position of a slider, in as many words as make the difference: the data that are not the same at all of them.</summary>
    internal static Trace[] Moved(Trace[] positions)
    {
        Trace[] moved = [.. positions.Select(trace => new Trace(trace.type))];
        foreach (string name in new[] { "x", "y", "z", "source", "error_y" })
        {
            object?[] values = [.. positions.Select(trace => trace.TryGetPropertyValue(name)?.Value)];
            if (values.Select(JsonConvert.SerializeObject).Distinct().Count() == 1) continue;
            foreach (var (trace, value) in moved.Zip(values))
                if (value is not null) trace.SetProperty(name, value);
        }
        return moved;
    }

    /// <summary>A rectangle of the figure in px, y downwards.</summary>
    readonly record struct Area(double X, double Y, double Width, double Height);

    void Add(Figure figure, Area area, bool isWhole)
    {
        switch (figure)
        {
            case Panels panels:
                double top = Heading(panels.Title, area, isWhole), w = area.Width / panels.Columns, h = (area.Height - top) / panels.Rows;
                for (int i = 0; i < panels.Figures.Length; i++)
                {
                    int column = i % panels.Columns, row = i / panels.Columns;
                    Add(panels.Figures[i], new(area.X + (column * w), area.Y + top + (row * h), w, h), isWhole: false);
                }
                break;
            case ImageGrid images:
                AddImages(images, area, isWhole);
                break;
            case Plot plot:
                AddPlot(plot, area, isWhole);
                break;
            default:
                throw new NotSupportedException($"No interactive form of {figure.GetType().Name}.");
        }
    }

    /// <summary>How much room a title takes; a panel's own is an annotation, that of the whole figure the layout's.</summary>
    double Heading(string title, Area area, bool isWhole)
    {
        if (!isWhole && title.Length > 0)
            annotations.Add(new
            {
                text = MathText.ToHtml(title),
                font = new { size = 15 },
                showarrow = false,
                xref = "paper",
                yref = "paper",
                x = (area.X + 14) / width,
                xanchor = "left",
                y = 1 - ((area.Y + 20) / height),
                yanchor = "middle",
            });
        return Header.TitleHeight(title, isPanel: !isWhole);
    }

    void AddPlot(Plot plot, Area area, bool isWhole)
    {
        bool isGrid = plot.Layers.Any(layer => layer is GridLayer);
        double top = Heading(plot.Title, area, isWhole);
        string id = NextAxis();
        List<List<string>> rows = Header.LegendRows(plot, (int)area.Width);
        Dictionary<string, string> legends = AddLegend(rows, area, top - 4);
        top += Header.LegendHeight(rows);
        double[] across = Across(area, Left, Right + (isGrid ? BarRoom : 0)), up = Up(area, top + 6, Bottom);
        var view = PlotView.Of(plot);
        var x = Axis(plot.XLabel, plot.IsLogX, across, view.Left, view.Right, "y" + id, isGrid);
        var y = Axis(plot.YLabel, plot.IsLogY, up, view.Bottom, view.Top, "x" + id, isGrid);
        if (plot.IsEqual) y.Set(("scaleanchor", "x" + id), ("constrain", "domain"));
        if (plot.Layers.OfType<BarsLayer>().FirstOrDefault() is { } bars)
            x.Set(("tickvals", Enumerable.Range(0, bars.Labels.Length).ToArray()), ("ticktext", bars.Labels));
        Layout.Set(("xaxis" + id, x), ("yaxis" + id, y));
        AddLayers(plot, view, id, legends, bar: (across[1] + (8 / width), (up[0] + up[1]) / 2, up[1] - up[0]));
    }

    /// <summary>A legend of its own for each plot, under its title, and for each row of it: plotly.js would break the rows at the width of the whole figure.</summary>
    /// <returns>The legend that each name stands in.</returns>
    Dictionary<string, string> AddLegend(List<List<string>> rows, Area area, double top)
    {
        var legends = new Dictionary<string, string>();
        foreach (var (row, names) in rows.Index())
        {
            string legend = ++legendRows == 1 ? "legend" : $"legend{legendRows}";
            foreach (string name in names) legends[name] = legend;
            Layout.Set(("showlegend", true), (legend, new
            {
                orientation = "h",
                bgcolor = "rgba(0,0,0,0)",
                x = (area.X + 6) / width,
                xanchor = "left",
                y = 1 - ((area.Y + top + (row * Header.Row)) / height),
                yanchor = "top",
            }));
        }
        return legends;
    }

    void AddLayers(Plot plot, PlotView view, string id, Dictionary<string, string> legends, (double, double, double) bar)
    {
        var styles = new SeriesStyles(plot.Layers);
        var traces = new PlotTraces(plot, view);
        var named = new HashSet<string>();
        foreach (var layer in plot.Layers)
        {
            var style = styles.Of(layer);
            bool isEntry = legends.TryGetValue(layer.Name, out string? legend) && named.Add(layer.Name);
            legend ??= "legend";
            if (layer is RuleLayer rule) shapes.Add(PlotTraces.Rule(rule, style, id, isEntry, legend));
            else if (layer is NoteLayer note)
                annotations.Add(new
                {
                    text = MathText.ToHtml(note.Text),
                    showarrow = false,
                    xref = "x" + id,
                    yref = "y" + id,
                    x = PlotView.X(plot, note.X),
                    xanchor = "left",
                    y = PlotView.Y(plot, note.Y),
                    yanchor = "bottom",
                });
            else
                Traces.Add(traces.Of(layer, style, bar).Set(("xaxis", "x" + id), ("yaxis", "y" + id),
                    ("name", MathText.ToHtml(layer.Name)), ("legendgroup", layer.Name), ("showlegend", isEntry),
                    ("legend", legend)));
        }
    }

    void AddImages(ImageGrid images, Area area, bool isWhole)
    {
        double top = Heading(images.Title, area, isWhole) + (images.ColumnLabels.IsEmpty ? 0 : 20);
        double left = images.RowLabels.IsEmpty ? 14 : 24 + images.RowLabels.Max(label => MathText.Width(label, 14));
        var (sheetWidth, sheetHeight, png) = images.ToSheet();
        // Captions of a single row stand where column labels would, below.
        bool isCaptioned = images.ColumnLabels.IsEmpty && images.Captions.Length == images.Columns;
        var columns = isCaptioned ? images.Captions : images.ColumnLabels;
        string id = NextAxis();
        var x = ImageAxis(Across(area, left, 14), -0.5, sheetWidth - 0.5, "y" + id, [.. columns], sheetWidth)
            .Set(("side", isCaptioned ? "bottom" : "top"));
        var y = ImageAxis(Up(area, top, isCaptioned ? 26 : 14), sheetHeight - 0.5, -0.5, "x" + id, [.. images.RowLabels], sheetHeight)
            .Set(("scaleanchor", "x" + id));
        Layout.Set(("xaxis" + id, x), ("yaxis" + id, y));
        Traces.Add(new Trace("image").Set(("source", "data:image/png;base64," + Convert.ToBase64String(png)), ("hoverinfo", "skip"),
            ("zsmooth", false), ("xaxis", "x" + id), ("yaxis", "y" + id)));
    }

    string NextAxis() => ++cells == 1 ? "" : $"{cells}";

    /// <summary>The horizontal and the vertical part of the figure that remain of an area between two margins in px.</summary>
    double[] Across(Area area, double left, double right) => [(area.X + left) / width, (area.X + area.Width - right) / width];

    double[] Up(Area area, double top, double bottom) => [1 - ((area.Y + area.Height - bottom) / height), 1 - ((area.Y + top) / height)];

    static LinearAxis Axis(string label, bool isLog, double[] domain, double low, double high, string anchor, bool isGrid) =>
        new LinearAxis().Set(
            ("title", new { text = MathText.ToHtml(label), font = new { size = 15 }, standoff = 8 }),
            ("type", isLog ? "log" : "linear"), ("dtick", !isLog ? null : high - low > 2 ? 1 : "D2"), ("exponentformat", "power"),
            ("domain", domain), ("range", new[] { PlotTraces.Round(low), PlotTraces.Round(high) }), ("anchor", anchor),
            ("showgrid", !isGrid), ("gridcolor", Ink.Hex(Ink.Grid)), ("zeroline", false),
            ("showline", true), ("mirror", isGrid), ("linecolor", Ink.Hex(Ink.Frame)), ("ticks", "outside"), ("tickcolor", Ink.Hex(Ink.Frame)));

    /// <summary>An axis without numbers whose labels stand at the middles of the images; neighbours are a pixel apart.</summary>
    static LinearAxis ImageAxis(double[] domain, double low, double high, string anchor, string[] labels, int pixels) =>
        new LinearAxis().Set(
            ("domain", domain), ("range", new[] { low, high }), ("anchor", anchor), ("constrain", "domain"),
            ("showgrid", false), ("zeroline", false), ("ticks", ""),
            ("tickvals", labels.Select((_, i) => ((i + 0.5) * (pixels + 1.0) / labels.Length) - 1).ToArray()),
            ("ticktext", labels.Select(MathText.ToHtml).ToArray()));
}
