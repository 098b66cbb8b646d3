using Plotly.NET;
using Plotly.NET.LayoutObjects;

namespace Diffusion;

/// <summary>
/// The traces and the layout of one figure, laid out like its still picture: margins are zero and every plot is given its own rectangle, so
/// that the chart takes the picture's place without a jump.
/// </summary>
sealed class Chart
{
    const double Left = 66, Right = 20, Bottom = 54, BarRoom = 80;

    readonly double width, height;
    readonly List<object> shapes = [], annotations = [];
    int cells;

    internal Chart(Figure figure, string title, int extraHeight)
    {
        (width, height) = (figure.Width, figure.Height + extraHeight);
        // Under a slider the title stands alone above frames that may have titles of their own.
        double top = extraHeight > 0 ? 34 : 0;
        Layout.Set(("width", width), ("height", height), ("paper_bgcolor", "#fff"), ("plot_bgcolor", "#fff"), ("hovermode", "closest"), ("bargap", 0.24),
            ("margin", new { l = 0, r = 0, t = 0, b = 0 }), ("font", new { family = "DejaVu Sans, Verdana, sans-serif", size = 14, color = Ink.Hex(Ink.Text) }),
            ("title", new { text = MathText.ToHtml(title), x = 14 / width, y = 1 - (22 / height), xanchor = "left", yanchor = "middle", font = new { size = 17 } }));
        Add(figure, 0, top, figure.Width, figure.Height, isWhole: extraHeight == 0);
        Layout.Set(("shapes", shapes.ToArray()), ("annotations", annotations.ToArray()));
    }

    internal List<Trace> Traces { get; } = [];

    internal Layout Layout { get; } = new();

    /// <summary>What of the layout may differ between the frames of a slider.</summary>
    internal Layout MovingLayout => new Layout().Set(("shapes", shapes.ToArray()), ("annotations", annotations.ToArray()));

    /// <summary>What of a trace differs between the frames of a slider: its data.</summary>
    internal static Trace Moved(Trace trace)
    {
        var moved = new Trace(trace.type);
        foreach (string name in new[] { "x", "y", "z", "source", "error_y" })
            if (trace.TryGetPropertyValue(name) is { } value) moved.SetProperty(name, value.Value);
        return moved;
    }

    void Add(Figure figure, double x, double y, double w, double h, bool isWhole)
    {
        switch (figure)
        {
            case Panels panels:
                double top = isWhole ? Header.TitleHeight(panels.Title, false) : Heading(panels.Title, x, y, 15);
                double cellWidth = w / panels.Columns, cellHeight = (h - top) / panels.Rows;
                for (int i = 0; i < panels.Figures.Length; i++)
                    Add(panels.Figures[i], x + (i % panels.Columns * cellWidth), y + top + (i / panels.Columns * cellHeight), cellWidth, cellHeight, isWhole: false);
                break;
            case ImageGrid images:
                AddImages(images, x, y, w, h, isWhole);
                break;
            case Plot plot:
                AddPlot(plot, x, y, w, h, isWhole);
                break;
            default:
                throw new NotSupportedException($"No interactive form of {figure.GetType().Name}.");
        }
    }

    /// <summary>A panel's own title as an annotation; returns its height.</summary>
    double Heading(string title, double x, double y, int size)
    {
        if (title.Length == 0) return 8;
        annotations.Add(new { text = MathText.ToHtml(title), showarrow = false, xref = "paper", yref = "paper", xanchor = "left", yanchor = "middle",
            x = (x + 14) / width, y = 1 - ((y + 20) / height), font = new { size } });
        return 32;
    }

    void AddPlot(Plot plot, double x, double y, double w, double h, bool isWhole)
    {
        bool isGrid = plot.Layers.Any(layer => layer is GridLayer);
        double top = isWhole ? Header.TitleHeight(plot.Title, false) : Heading(plot.Title, x, y, 15);
        string id = NextAxis();
        bool hasLegend = plot.Layers.Select(layer => layer.Name).Where(name => name.Length > 0).Distinct().Count() > 1;
        if (hasLegend)
        {
            // A legend of its own for each plot, under its title.
            Layout.Set(("showlegend", true), ("legend" + id, new { orientation = "h", x = (x + 6) / width, xanchor = "left", y = 1 - ((y + top - 4) / height), yanchor = "top", bgcolor = "rgba(0,0,0,0)" }));
            top += Header.LegendHeight(plot, (int)w);
        }
        top += 6;
        double[] across = [(x + Left) / width, (x + w - Right - (isGrid ? BarRoom : 0)) / width], up = [1 - ((y + h - Bottom) / height), 1 - ((y + top) / height)];
        var view = PlotView.Of(plot);
        Layout.Set(("xaxis" + id, Axis(plot.XLabel, plot.IsLogX, across, view.Left, view.Right, "y" + id, isGrid)), ("yaxis" + id, Axis(plot.YLabel, plot.IsLogY, up, view.Bottom, view.Top, "x" + id, isGrid)));
        if (plot.IsEqual) ((LinearAxis)Layout.TryGetPropertyValue("yaxis" + id)!.Value).Set(("scaleanchor", "x" + id), ("constrain", "domain"));
        if (plot.Layers.OfType<BarsLayer>().FirstOrDefault() is { } bars)
            ((LinearAxis)Layout.TryGetPropertyValue("xaxis" + id)!.Value).Set(("tickvals", Enumerable.Range(0, bars.Labels.Length).ToArray()), ("ticktext", bars.Labels));

        var styles = new SeriesStyles(plot.Layers);
        var named = new HashSet<string>();
        foreach (var layer in plot.Layers)
        {
            bool isEntry = hasLegend && layer.Name.Length > 0 && named.Add(layer.Name);
            if (layer is RuleLayer rule)
            {
                shapes.Add(PlotTraces.Rule(rule, styles.Of(rule), id, isEntry));
                continue;
            }
            if (layer is NoteLayer note)
            {
                annotations.Add(new { text = MathText.ToHtml(note.Text), showarrow = false, xref = "x" + id, yref = "y" + id, xanchor = "left", yanchor = "bottom",
                    x = PlotView.X(plot, note.X), y = PlotView.Y(plot, note.Y) });
                continue;
            }
            var trace = PlotTraces.Of(plot, layer, styles.Of(layer), across[1] + (8 / width), (up[0] + up[1]) / 2, up[1] - up[0]);
            if (id.Length > 0) trace.Set(("xaxis", "x" + id), ("yaxis", "y" + id));
            trace.Set(("name", MathText.ToHtml(layer.Name)), ("legendgroup", layer.Name), ("showlegend", isEntry), ("legend", "legend" + id));
            Traces.Add(trace);
        }
    }

    void AddImages(ImageGrid images, double x, double y, double w, double h, bool isWhole)
    {
        double top = (isWhole ? Header.TitleHeight(images.Title, false) : Heading(images.Title, x, y, 15)) + (images.ColumnLabels.IsEmpty ? 0 : 20);
        double left = images.RowLabels.IsEmpty ? 14 : 24 + images.RowLabels.Max(label => MathText.Width(label, 14)), foot = images.Captions.IsEmpty ? 14 : 26;
        var (sheetWidth, sheetHeight, png) = images.ToSheet();
        string id = NextAxis();
        double[] across = [(x + left) / width, (x + w - 14) / width], up = [1 - ((y + h - foot) / height), 1 - ((y + top) / height)];
        string[] columns = images.ColumnLabels.IsEmpty ? images.Captions.Length == images.Columns ? [.. images.Captions] : [] : [.. images.ColumnLabels];
        double Middle(int i, int count, int size) => ((i + 0.5) * (size + 1.0) / count) - 1;
        Layout.Set(("xaxis" + id, new LinearAxis().Set(("domain", across), ("range", new[] { -0.5, sheetWidth - 0.5 }), ("anchor", "y" + id), ("showgrid", false), ("zeroline", false),
                ("constrain", "domain"), ("side", images.ColumnLabels.IsEmpty ? "bottom" : "top"), ("ticks", ""),
                ("tickvals", columns.Select((_, i) => Middle(i, columns.Length, sheetWidth)).ToArray()), ("ticktext", columns.Select(MathText.ToHtml).ToArray()))),
            ("yaxis" + id, new LinearAxis().Set(("domain", up), ("range", new[] { sheetHeight - 0.5, -0.5 }), ("anchor", "x" + id), ("showgrid", false), ("zeroline", false),
                ("scaleanchor", "x" + id), ("constrain", "domain"), ("ticks", ""),
                ("tickvals", images.RowLabels.Select((_, i) => Middle(i, images.Rows, sheetHeight)).ToArray()), ("ticktext", images.RowLabels.Select(MathText.ToHtml).ToArray()))));
        var trace = new Trace("image").Set(("source", "data:image/png;base64," + Convert.ToBase64String(png)), ("hoverinfo", "skip"), ("zsmooth", false));
        if (id.Length > 0) trace.Set(("xaxis", "x" + id), ("yaxis", "y" + id));
        Traces.Add(trace);
    }

    string NextAxis() => ++cells == 1 ? "" : $"{cells}";

    static LinearAxis Axis(string label, bool isLog, double[] domain, double low, double high, string anchor, bool isGrid) => new LinearAxis().Set(
        ("title", new { text = MathText.ToHtml(label), font = new { size = 15 }, standoff = 8 }), ("type", isLog ? "log" : "linear"), ("domain", domain),
        ("range", new[] { PlotTraces.Round(low), PlotTraces.Round(high) }), ("anchor", anchor), ("gridcolor", Ink.Hex(Ink.Grid)), ("linecolor", Ink.Hex(Ink.Frame)),
        ("tickcolor", Ink.Hex(Ink.Frame)), ("ticks", "outside"), ("showgrid", !isGrid), ("zeroline", false), ("showline", true), ("mirror", isGrid),
        ("exponentformat", "power"), ("dtick", isLog && high - low > 2 ? 1 : null));
}
