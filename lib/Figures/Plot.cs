using System.Collections.Immutable;
using Figures.Drawing;
using Figures.Layers;

namespace Figures;

/// <summary>
/// A plot with two axes, built layer by layer:
/// <code>new Plot("The schedule", "step t", "ᾱ_t").Line("linear", ts, linear).Line("cosine", ts, cosine)</code>
/// Layers of one name share a colour, a line pattern and an entry in the legend; layers without a name are context, thin and grey.
/// </summary>
public record Plot : Figure
{
    /// <summary>An empty plot. A label ends in its unit in brackets where it has one: <c>"time t [s]"</c>.</summary>
    public Plot(string title, string xLabel, string yLabel) : base(title)
    {
        XLabel = xLabel ?? throw new ArgumentNullException(nameof(xLabel));
        YLabel = yLabel ?? throw new ArgumentNullException(nameof(yLabel));
    }

    /// <summary>What the horizontal axis measures.</summary>
    public string XLabel { get; init; }

    /// <summary>What the vertical axis measures.</summary>
    public string YLabel { get; init; }

    /// <summary>What is drawn, from the bottom up.</summary>
    public ImmutableList<Layer> Layers { get; internal init; } = [];

    /// <summary>Whether the horizontal axis is logarithmic.</summary>
    public bool IsLogX { get; internal init; }

    /// <summary>Whether the vertical axis is logarithmic.</summary>
    public bool IsLogY { get; internal init; }

    /// <summary>Whether one unit is equally long on both axes.</summary>
    public bool IsEqual { get; internal init; }

    /// <summary>The ends of the axes that were asked for; null follows the data.</summary>
    public (double? XMin, double? XMax, double? YMin, double? YMax) Limits { get; internal init; }

    /// <summary>A curve through the points (x, y) in the order given; a NaN leaves a gap.</summary>
    public Plot Line(string name, IEnumerable<double> xs, IEnumerable<double> ys)
    {
        var (x, y) = Pair(name, xs, ys);
        return With(new LineLayer(name, x, y));
    }

    /// <summary>A curve over 0, 1, 2, …: a schedule over t, a loss over its steps.</summary>
    public Plot Line(string name, IEnumerable<double> ys)
    {
        double[] y = Data.Series(Title, name, "ys", ys);
        return With(new LineLayer(name, [.. Enumerable.Range(0, y.Length).Select(i => (double)i)], y));
    }

    /// <summary>
    /// Marks at the points (x, y), with error bars from y − e to y + e where <paramref name="errors"/> are given. Of more than 20 000
    /// points so many are drawn, evenly chosen.
    /// </summary>
    public Plot Points(string name, IEnumerable<double> xs, IEnumerable<double> ys, IEnumerable<double>? errors = null)
    {
        var (x, y) = Pair(name, xs, ys);
        double[]? e = errors is null ? null : Data.Series(Title, name, "errors", errors);
        if (e is not null) Data.SameLength(Title, name, ("ys", y), ("errors", e));
        return With(new PointsLayer(name, x, y, e));
    }

    /// <summary>The area between two curves: an interval of confidence, a spread.</summary>
    public Plot Band(string name, IEnumerable<double> xs, IEnumerable<double> low, IEnumerable<double> high)
    {
        double[] x = Data.Series(Title, name, "xs", xs);
        double[] l = Data.Series(Title, name, "low", low), h = Data.Series(Title, name, "high", high);
        Data.SameLength(Title, name, ("xs", x), ("low", l), ("high", h));
        return With(new BandLayer(name, x, l, h));
    }

    /// <summary>
    /// A histogram as a probability density, to be compared with a density curve: bars of equal width from <paramref name="low"/> to
    /// <paramref name="high"/> (by default the smallest and the largest sample), each as high as its share of <em>all</em> samples over its
    /// width.
    /// </summary>
    public Plot Histogram(string name, IEnumerable<double> samples, int bins = 60, double? low = null, double? high = null) =>
        With(Binning.Histogram(Title, name, Data.Series(Title, name, "samples", samples), bins, low, high));

    /// <summary>Bars over named places; a second call with another <paramref name="name"/> sets its bars beside the first.</summary>
    public Plot Bars(IEnumerable<string> labels, IEnumerable<double> values, string name = "")
    {
        ArgumentNullException.ThrowIfNull(labels);
        string[] places = [.. labels];
        double[] heights = Data.Series(Title, name, "values", values);
        if (places.Length != heights.Length)
            throw new ArgumentException($"Figure '{Title}': labels has {places.Length} entries and values has {heights.Length}, expected "
                + "the same number.");
        return With(new BarsLayer(name, places, heights));
    }

    /// <summary>A vector field: arrows from (x, y) along (u, v), all scaled by one factor so that they do not overlap.</summary>
    public Plot Arrows(IEnumerable<double> xs, IEnumerable<double> ys, IEnumerable<double> us, IEnumerable<double> vs)
    {
        double[] x = Data.Series(Title, "", "xs", xs), y = Data.Series(Title, "", "ys", ys);
        double[] u = Data.Series(Title, "", "us", us), v = Data.Series(Title, "", "vs", vs);
        Data.SameLength(Title, "", ("xs", x), ("ys", y), ("us", u), ("vs", v));
        return With(new ArrowsLayer(x, y, u, v));
    }

    /// <summary>A trajectory in the plane: a thin curve with a ring at its start and a dot at its end.</summary>
    public Plot Path(string name, IEnumerable<double> xs, IEnumerable<double> ys)
    {
        var (x, y) = Pair(name, xs, ys);
        return With(new PathLayer(name, x, y));
    }

    /// <summary>A horizontal reference line at <paramref name="y"/>.</summary>
    public Plot HorizontalLine(string name, double y) => With(new RuleLayer(name, Data.Finite(Title, name, "y", y), IsHorizontal: true));

    /// <summary>A vertical reference line at <paramref name="x"/>.</summary>
    public Plot VerticalLine(string name, double x) => With(new RuleLayer(name, Data.Finite(Title, name, "x", x), IsHorizontal: false));

    /// <summary>A few words beside the point (x, y).</summary>
    public Plot Note(double x, double y, string text) =>
        With(new NoteLayer(Data.Finite(Title, "", "x of a note", x), Data.Finite(Title, "", "y of a note", y),
            text ?? throw new ArgumentNullException(nameof(text))));

    /// <summary>A logarithmic horizontal axis; points with x ≤ 0 are left out.</summary>
    public Plot LogX() => this with { IsLogX = true };

    /// <summary>A logarithmic vertical axis; points with y ≤ 0 are left out.</summary>
    public Plot LogY() => this with { IsLogY = true };

    /// <summary>
    /// One unit is equally long on both axes, as positions in a plane need it. Called last, it also fits the figure's height to what is
    /// drawn.
    /// </summary>
    public Plot EqualAxes()
    {
        bool isGrid = Layers.Any(layer => layer is GridLayer);
        int width = Width == 720 ? isGrid ? 600 : 520 : Width;
        if (Layers.IsEmpty) return this with { IsEqual = true, Width = width, Height = width };
        var view = PlotView.Of(this);
        double inner = (width - (isGrid ? 180 : 96)) * (view.Top - view.Bottom) / (view.Right - view.Left);
        return this with { IsEqual = true, Width = width, Height = (int)Math.Clamp(inner + Header.Height(this) + 56, 200, 900) };
    }

    /// <summary>The part of the plane that is shown; an end left out follows the data.</summary>
    /// <exception cref="ArgumentException">An end is not finite, or a lower end is not below its upper one.</exception>
    public Plot Range(double? xMin = null, double? xMax = null, double? yMin = null, double? yMax = null)
    {
        foreach (var (axis, low, high) in new[] { ("x", xMin, xMax), ("y", yMin, yMax) })
        {
            if (low is { } l) Data.Finite(Title, "", axis + "Min", l);
            if (high is { } h) Data.Finite(Title, "", axis + "Max", h);
            if (low >= high)
                throw new ArgumentException($"Figure '{Title}': {axis}Min is {Numbers.Short(low.Value)} and {axis}Max is "
                    + $"{Numbers.Short(high!.Value)}, expected {axis}Min < {axis}Max.");
        }
        return this with { Limits = (xMin ?? Limits.XMin, xMax ?? Limits.XMax, yMin ?? Limits.YMin, yMax ?? Limits.YMax) };
    }

    /// <summary>
    /// The same plot to zoom and point at, where scripts run; the same still picture elsewhere. Called last: what it returns takes no more
    /// layers.
    /// </summary>
    public Figure Interactive() => InteractiveFigure.Of(this);

    private protected Plot With(Layer layer) => this with
    {
        Layers = Layers.Add(layer.Name is null
            ? throw new ArgumentNullException(nameof(layer), "A layer's name is null, expected a text (\"\" for none).") : layer),
    };

    internal override void Draw(SkiaSharp.SKCanvas canvas) => new PlotPainter(this).Draw(canvas);

    private protected override string Describe()
    {
        string layers = string.Join(", ", Layers.Where(l => l is not NoteLayer).GroupBy(l => l.Kind).Select(kind =>
        {
            string[] names = [.. kind.Select(l => l.Name).Where(n => n.Length > 0).Distinct()];
            return kind.Key + (names.Length > 0 ? " " + string.Join(" and ", names.Select(n => $"“{n}”")) : "");
        }));
        return $"{Title}: {YLabel} against {XLabel}" + (layers.Length > 0 ? $" ({layers})" : "");
    }

    (double[], double[]) Pair(string name, IEnumerable<double> xs, IEnumerable<double> ys)
    {
        double[] x = Data.Series(Title, name, "xs", xs), y = Data.Series(Title, name, "ys", ys);
        Data.SameLength(Title, name, ("xs", x), ("ys", y));
        return (x, y);
    }
}
