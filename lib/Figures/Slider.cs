using System.Collections.Immutable;
using System.Globalization;
using Figures.Drawing;
using Figures.Layers;
using SkiaSharp;

namespace Figures;

/// <summary>
/// A figure with a slider under it that works without a kernel: every position is drawn beforehand. Where no script runs it is a strip of a
/// few positions.
/// </summary>
public sealed record Slider : Figure
{
    Slider(string title, string knob, ImmutableArray<string> labels, ImmutableArray<Figure> frames) : base(title)
    {
        (Knob, Labels, Frames) = (knob, labels, frames);
        (Width, Height) = (frames[0].Width, frames[0].Height);
    }

    /// <summary>What the slider turns.</summary>
    public string Knob { get; }

    /// <summary>What its positions are called.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>The figure at each position.</summary>
    public ImmutableArray<Figure> Frames { get; }

    /// <summary>
    /// A slider over values, with a figure drawn for each: all plots, all image grids, or all panels of these, with the same layers in
    /// each.
    /// Plots share one view, so that only the data moves.
    /// <code>Slider.Over("The density through time", "t", times, t => new Plot("", "x_t", "density").Line("q", xs, Density(t)))</code>
    /// </summary>
    /// <param name="title">The title.</param>
    /// <param name="knob">What the slider turns, for example <c>"t"</c>.</param>
    /// <param name="values">Its positions; 10 to 40 of them keep a cell's output small.</param>
    /// <param name="draw">The figure at a position.</param>
    /// <exception cref="ArgumentException">There are no values, or a figure cannot move under a slider.</exception>
    public static Figure Over<T>(string title, string knob, IEnumerable<T> values, Func<T, Figure> draw)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(draw);
        T[] positions = [.. values];
        if (positions.Length == 0) throw new ArgumentException($"Slider '{title}' has no positions, expected at least one value.");
        Figure[] figures = [.. positions.Select(draw)];
        foreach (var figure in figures)
        {
            if (!InteractiveFigure.CanShow(figure))
                throw new ArgumentException($"Slider '{title}': {figure?.GetType().Name ?? "null"} cannot move under a slider, expected "
                    + "Plot, HeatMap, ImageGrid, or Panels of these.");
            if (Build(figure) != Build(figures[0]))
                throw new ArgumentException($"Slider '{title}': the figures differ in build ({Build(figures[0])}; {Build(figure)}), "
                    + "expected the same layers in each.");
        }
        return InteractiveFigure.Of(new Slider(title, knob, [.. positions.Select(Label)], Sequence.Align(figures)));
    }

    /// <summary>What must stay the same from frame to frame.</summary>
    static string Build(Figure figure) => figure switch
    {
        Panels panels => $"panels of {string.Join(", ", panels.Figures.Select(Build))}",
        Plot plot => $"a plot of {string.Join(", ", plot.Layers.Where(l => l is not (NoteLayer or RuleLayer)).Select(l => l.Kind))}",
        _ => "images",
    };

    static string Label<T>(T value) => value is double or float ? Numbers.Short(Convert.ToDouble(value, CultureInfo.InvariantCulture))
        : string.Create(CultureInfo.InvariantCulture, $"{value}");

    /// <summary>A strip of up to six positions.</summary>
    public override byte[] ToPng() => Strip().ToPng();

    /// <summary>A strip of up to six positions.</summary>
    public override string ToSvg() => Strip().ToSvg();

    /// <summary>A strip of up to six positions.</summary>
    public override string ToHtml() => Strip().ToHtml();

    internal override int Colours => Frames[0].Colours;

    internal override void Draw(SKCanvas canvas) => Strip().Draw(canvas);

    FilmStrip Strip()
    {
        int[] chosen = FilmStrip.Choose(Frames.Length, Frames[0]);
        return new(Title, [.. chosen.Select(i => Frames[i])], [.. chosen.Select(i => $"{Knob} = {Labels[i]}")]) { Alt = Alt };
    }

    private protected override string Describe() =>
        $"{Title}: {Labels.Length} positions of {Knob} from {Labels[0]} to {Labels[^1]}. {Frames[0].Alt}";
}
