using Figures.Colours;
using Figures.Drawing;
using Figures.Layers;

namespace Figures;

/// <summary>
/// A function of two variables as coloured cells with a colour bar. It is a <see cref="Plot"/>, so lines, points and paths can be laid
/// over it:
/// <code>new HeatMap("q(x_t)", "step t", "x", density, (0, 1000), (-3, 3), "density").Line("mean", ts, mean)</code>
/// </summary>
public sealed record HeatMap : Plot
{
    /// <summary>A heat map of a grid of numbers.</summary>
    /// <param name="title">The title.</param>
    /// <param name="xLabel">What the columns go along.</param>
    /// <param name="yLabel">What the rows go along.</param>
    /// <param name="values">values[row, column]: row 0 lies at the low end of y (the bottom), column 0 at the low end of x. A NaN stays
    /// white.</param>
    /// <param name="x">The outer edges of the first and the last column.</param>
    /// <param name="y">The outer edges of the first and the last row.</param>
    /// <param name="valueLabel">What the colour means, set beside the colour bar.</param>
    /// <param name="colours">The colour map.</param>
    /// <param name="range">The values at the ends of the colour bar; by default the smallest and the largest value. Values outside take the
    /// end's colour.</param>
    public HeatMap(string title, string xLabel, string yLabel, double[,] values, (double Low, double High) x, (double Low, double High) y,
        string valueLabel, ColourMap colours = ColourMap.Viridis, (double Low, double High)? range = null) : base(title, xLabel, yLabel)
    {
        ArgumentNullException.ThrowIfNull(values);
        Data.Series(title, "", "the grid of values", values.Cast<double>());
        Ordered("x", x);
        Ordered("y", y);
        if (range is { } given) Ordered("range", given);
        ArgumentNullException.ThrowIfNull(valueLabel);
        Layers = Layers.Add(new GridLayer((double[,])values.Clone(), x, y, valueLabel, colours, range));
    }

    internal override int Colours => 256;

    void Ordered(string what, (double Low, double High) ends)
    {
        if (!(ends.Low < ends.High) || !double.IsFinite(ends.High - ends.Low))
            throw new ArgumentException($"Figure '{Title}': {what} is ({Numbers.Short(ends.Low)}, {Numbers.Short(ends.High)}), expected "
                + "(low, high) with low < high.");
    }
}
