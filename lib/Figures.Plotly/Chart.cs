using Figures.Colours;
using Figures.Drawing;
using Figures.Layers;
using Newtonsoft.Json;
using Plotly.NET;

namespace Figures.Plotly;

/// <summary>
/// The traces and the layout of one figure. It is as wide as the page lets it be, down to <see cref="Narrow"/>: across, margins are in px
/// and plots in shares of what remains; down, everything has its px, with room for what a narrow page breaks into more lines.
/// </summary>
sealed class Chart
{
    /// <summary>The narrowest page in CSS px on which everything is still to be read.</summary>
    internal const int Narrow = 360;

    const double Left = 66, Right = 20, Bottom = 54, BarRoom = 84, Side = 14, SliderRoom = 96, LegendRow = 21;

    readonly double height, left, right;
    readonly int[] headingLines;
    readonly List<object> shapes = [], annotations = [];
    readonly List<(string Name, List<string> Entries, double Height)> legends = [];
    readonly HashSet<(string Legend, string Name)> listed = [];
    int cells;

    /// <param name="figure">A plot, a grid of images, or panels of these.</param>
    /// <param name="title">The title of the whole.</param>
    /// <param name="positions">Under a slider the figure at all its positions, all of one build: then the title stands alone above figures
    /// that may have titles of their own. Empty without one.</param>
    internal Chart(Figure figure, string title, params Figure[] positions)
    {
        bool hasSlider = positions.Length > 0;
        string[] lines = Lines(title, 17, Narrow - (2 * Side));
        double top = lines.Length == 0 ? 8 : 18 + (22 * lines.Length);
        (left, right) = Margins(figure);
        headingLines = HeadingLines(hasSlider ? positions : figure is Panels ? [figure] : []);
        string[] Own(Figure position) => position is Panels ? Lines(position.Title, 15, Narrow - left - right) : [];
        double ownRoom = HeadingRoom(positions.Select(position => Own(position).Length).DefaultIfEmpty(0).Max());
        double body = BodyHeight(figure, hasSlider) + (20 * headingLines.Sum(count => Math.Max(0, count - 1))), foot = top + body;
        height = foot + (hasSlider ? SliderRoom : 0) + Legends(figure);
        SliderTop = 1 - ((foot + 4) / height);
        Layout.Set(
            ("autosize", true), ("height", height), ("margin", new { l = left, r = right, t = 0, b = 0, autoexpand = false }),
            ("paper_bgcolor", "#fff"), ("plot_bgcolor", "#fff"), ("hovermode", "closest"), ("bargap", 0.24),
            ("font", new { family = "DejaVu Sans, Verdana, sans-serif", size = 14, color = Palette.TextHex }),
            ("modebar", new { orientation = "v", bgcolor = "rgba(255,255,255,0.7)" }));
        Write(lines, 17, "paper", 14, Side - left);
        AddLegends(foot + (hasSlider ? SliderRoom : 0));
        Write(hasSlider ? Own(figure) : [], 15, "paper", top + 4, 0);
        Add(figure, new(0, 1, top + ownRoom, body - ownRoom));
        Layout.Set(("shapes", shapes.ToArray()), ("annotations", annotations.ToArray()));
    }

    /// <summary>Where a slider begins, as plotly.js counts: a share of the height, from below.</summary>
    internal double SliderTop { get; }

    internal List<Trace> Traces { get; } = [];

    internal Layout Layout { get; } = new();

    /// <summary>What of the layout may differ between the frames of a slider.</summary>
    internal Layout MovingLayout => new Layout().Set(("shapes", shapes.ToArray()), ("annotations", annotations.ToArray()));

    /// <summary>One trace at every position of a slider, in as many words as make the difference: the data that are not the same at all of
    /// them.</summary>
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

    /// <summary>A rectangle of the figure: across in shares of the plots' width, down in px.</summary>
    readonly record struct Area(double From, double To, double Y, double Height);

    /// <summary>The height of the picture, without its title and its legends, which stand elsewhere here.</summary>
    static double BodyHeight(Figure figure, bool hasSlider)
    {
        int legend = figure switch
        {
            Panels panels => panels.Rows * panels.Figures.Max(panel => LegendHeight(panel, figure.Width / panels.Columns)),
            _ => LegendHeight(figure, figure.Width),
        };
        return figure.Height - legend - (hasSlider ? 0 : Header.TitleHeight(figure.Title, isPanel: false));

        static int LegendHeight(Figure figure, int width) =>
            figure is Plot plot ? (int)Header.LegendHeight(Header.LegendRows(plot, width)) : 0;
    }

    static Figure[] Parts(Figure figure) => figure is Panels panels ? [.. panels.Figures] : [figure];

    /// <summary>The px that labels take at the left of the first column and at the right of the last.</summary>
    static (double Left, double Right) Margins(Figure figure)
    {
        int columns = Columns(figure);
        Figure[] parts = Parts(figure);
        var first = parts.Where((_, i) => i % columns == 0);
        var last = parts.Where((_, i) => i % columns == columns - 1);
        return (first.Max(part => part is ImageGrid { RowLabels: { IsEmpty: false } labels }
            ? 24 + labels.Max(label => MathText.Width(label, 14))
            : part is ImageGrid ? Side : Left),
            last.Max(part => part is Plot plot ? HasBar(plot) ? BarRoom : columns == 2 ? Left : Right : Side));
    }

    static bool HasBar(Plot plot) => plot.Layers.Any(layer => layer is GridLayer);

    /// <summary>How many lines the titles of the parts take, row by row: the most at any position of a slider.</summary>
    int[] HeadingLines(Figure[] figures) => figures.Length == 0 ? [0] : [.. Enumerable.Range(0, Rows(figures[0])).Select(
        row => figures.Max(figure => Parts(figure).Chunk(Columns(figure)).ElementAt(row).Max(part => Heading(part, figure).Length)))];

    string[] Heading(Figure part, Figure whole) => Lines(part.Title, 15, (Narrow - left - right) * ((1.0 / Columns(whole)) - 0.04));

    static int Columns(Figure figure) => figure is Panels panels ? panels.Columns : 1;

    static int Rows(Figure figure) => figure is Panels panels ? panels.Rows : 1;

    void Add(Figure figure, Area area)
    {
        int columns = Columns(figure);
        double top = area.Y, w = 1.0 / columns, h = (area.Height - headingLines.Sum(HeadingRoom)) / headingLines.Length;
        foreach (var (row, parts) in Parts(figure).Chunk(columns).Index())
        {
            double room = HeadingRoom(headingLines[row]);
            foreach (var (column, part) in parts.Index())
            {
                // Two plots have their numbers on the outer sides; between more there must be room.
                double gap = columns > 2 && part is Plot ? 0.09 : 0.02, from = (column * w) + (column > 0 ? gap : 0);
                Add(part, new(from, ((column + 1) * w) - (column < columns - 1 ? 0.02 : 0), top, h + room),
                    room > 0 ? Heading(part, figure) : [], room,
                    isRight: columns == 2 && column == 1);
            }
            top += h + room;
        }
    }

    void Add(Figure figure, Area area, string[] heading, double room, bool isRight)
    {
        string id = ++cells == 1 ? "" : $"{cells}";
        Write(heading, 15, $"x{id} domain", area.Y + 4, 0);
        area = area with { Y = area.Y + room, Height = area.Height - room };
        if (figure is ImageGrid images) AddImages(images, area, id);
        else if (figure is Plot plot) AddPlot(plot, area, id, isRight);
        else throw new NotSupportedException($"No interactive form of {figure.GetType().Name}.");
    }

    static double HeadingRoom(int lines) => lines == 0 ? 0 : 8 + (20 * lines);

    void Write(string[] lines, int size, string across, double top, double shift)
    {
        if (lines.Length == 0) return;
        annotations.Add(new
        {
            text = string.Join("<br>", lines.Select(MathText.ToHtml)),
            font = new { size },
            showarrow = false,
            align = "left",
            xref = across,
            yref = "paper",
            x = 0,
            xanchor = "left",
            xshift = shift,
            y = 1 - (top / height),
            yanchor = "top",
        });
    }

    void AddPlot(Plot plot, Area area, string id, bool isRight)
    {
        bool isGrid = HasBar(plot);
        double[] across = [area.From, area.To], up = Up(area, 6, Bottom);
        var view = PlotView.Of(plot);
        var x = Axes.Of(plot.XLabel, plot.IsLogX, across, view.Left, view.Right, "y" + id, isGrid);
        var y = Axes.Of(plot.YLabel, plot.IsLogY, up, view.Bottom, view.Top, "x" + id, isGrid);
        if (isRight && !isGrid) y.Set(("side", "right"));
        if (plot.IsEqual) y.Set(("scaleanchor", "x" + id), ("constrain", "domain"));
        if (plot.Layers.OfType<BarsLayer>().FirstOrDefault() is { } bars)
            x.Set(("tickvals", Enumerable.Range(0, bars.Labels.Length).ToArray()), ("ticktext", bars.Labels));
        Layout.Set(("xaxis" + id, x), ("yaxis" + id, y));
        AddLayers(plot, view, id, bar: (across[1], (up[0] + up[1]) / 2, up[1] - up[0]));
    }

    /// <summary>Collects the legends, one where all plots have the same, and returns the px they take on a narrow page.</summary>
    double Legends(Figure figure)
    {
        foreach (var plot in Parts(figure).OfType<Plot>())
        {
            List<string> entries = Entries(plot);
            if (entries.Count == 0 || legends.Any(legend => legend.Entries.SequenceEqual(entries))) continue;
            // plotly.js gives all entries the width of the longest where one row is not enough.
            double entry = 52 + entries.Max(name => MathText.Width(name, 14));
            double rows = Math.Ceiling(entries.Count / Math.Max(1, Math.Floor((Narrow - left - right) / entry)));
            legends.Add((legends.Count == 0 ? "legend" : $"legend{legends.Count + 1}", entries, LegendRow * rows));
        }
        return legends.Count > 0 ? legends.Sum(legend => legend.Height) + 12 : 0;
    }

    static List<string> Entries(Plot plot) => [.. Header.LegendRows(plot, int.MaxValue).SelectMany(names => names)];

    /// <summary>The legends stand below everything, where a page that needs fewer rows only leaves some room free.</summary>
    void AddLegends(double top)
    {
        foreach (var (name, _, room) in legends)
        {
            Layout.Set(("showlegend", true), (name, new
            {
                orientation = "h",
                tracegroupgap = 0,
                bgcolor = "rgba(0,0,0,0)",
                x = 0,
                xanchor = "left",
                y = 1 - (top / height),
                yanchor = "top",
            }));
            top += room;
        }
    }

    void AddLayers(Plot plot, PlotView view, string id, (double, double, double) bar)
    {
        List<string> entries = Entries(plot);
        string? own = legends.FirstOrDefault(each => each.Entries.SequenceEqual(entries)).Name;
        var styles = new SeriesStyles(plot.Layers);
        var traces = new PlotTraces(plot, view);
        foreach (var layer in plot.Layers)
        {
            var style = styles.Of(layer);
            string legend = own ?? "legend";
            bool isEntry = entries.Contains(layer.Name) && listed.Add((legend, layer.Name));
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

    void AddImages(ImageGrid images, Area area, string id)
    {
        var (sheetWidth, sheetHeight, png) = images.ToSheet();
        // Captions of a single row stand where column labels would, below.
        bool isCaptioned = images.ColumnLabels.IsEmpty && images.Captions.Length == images.Columns;
        var columns = isCaptioned ? images.Captions : images.ColumnLabels;
        var x = Axes.OfImages([area.From, area.To], -0.5, sheetWidth - 0.5, "y" + id, [.. columns], sheetWidth)
            .Set(("side", isCaptioned ? "bottom" : "top"));
        var y = Axes.OfImages(Up(area, images.ColumnLabels.IsEmpty ? 0 : 20, isCaptioned ? 26 : 14), sheetHeight - 0.5, -0.5, "x" + id,
            [.. images.RowLabels], sheetHeight)
            .Set(("scaleanchor", "x" + id));
        Layout.Set(("xaxis" + id, x), ("yaxis" + id, y));
        Traces.Add(new Trace("image").Set(("source", "data:image/png;base64," + Convert.ToBase64String(png)), ("hoverinfo", "skip"),
            ("zsmooth", false), ("xaxis", "x" + id), ("yaxis", "y" + id)));
    }

    /// <summary>The vertical part of the figure that remains of an area between two margins in px.</summary>
    double[] Up(Area area, double top, double bottom) => [1 - ((area.Y + area.Height - bottom) / height), 1 - ((area.Y + top) / height)];

    /// <summary>A title in as many lines as it takes; the page's letters may be somewhat wider than ours.</summary>
    static string[] Lines(string title, float size, double room)
    {
        List<string> lines = [];
        foreach (string word in title.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && MathText.Width($"{lines[^1]} {word}", size) <= 0.88 * room) lines[^1] += " " + word;
            else lines.Add(word);
        }
        return [.. lines];
    }
}
