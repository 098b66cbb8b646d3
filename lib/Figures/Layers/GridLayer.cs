using Figures.Colours;

namespace Figures.Layers;

/// <summary>
/// Coloured cells: Values[row, column], row 0 at the bottom (low y), column 0 at the left (low x); the ranges are the outer edges.
/// </summary>
public sealed record GridLayer(double[,] Values, (double Low, double High) X, (double Low, double High) Y, string Label, ColourMap Colours,
    (double Low, double High)? Range) : Layer("")
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => [(X.Low, Y.Low), (X.High, Y.High)];

    /// <inheritdoc/>
    public override string Kind => "heat map";

    /// <summary>The values at the two ends of the colour bar.</summary>
    public (double Low, double High) ColourRange
    {
        get
        {
            if (Range is { } given) return given;
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            foreach (double v in Values)
                if (double.IsFinite(v)) (low, high) = (Math.Min(low, v), Math.Max(high, v));
            if (Colours == ColourMap.Signed) (low, high) = (-Math.Max(-low, high), Math.Max(-low, high));
            return low < high ? (low, high) : (low - 0.5, low + 0.5);
        }
    }
}
