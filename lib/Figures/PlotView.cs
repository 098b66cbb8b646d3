using Figures.Drawing;
using Figures.Layers;

namespace Figures;

/// <summary>The part of the plane a plot shows, in axis units: on a logarithmic axis these are decimal logarithms.</summary>
public readonly record struct PlotView(double Left, double Right, double Bottom, double Top)
{
    /// <summary>A value along the horizontal axis, in its units.</summary>
    public static double X(Plot plot, double x) => plot.IsLogX ? Log(x) : x;

    /// <summary>A value along the vertical axis, in its units.</summary>
    public static double Y(Plot plot, double y) => plot.IsLogY ? Log(y) : y;

    static double Log(double value) => value > 0 ? Math.Log10(value) : double.NaN;

    /// <summary>What a plot shows: all of its layers with a little air, or the part that it was told to.</summary>
    public static PlotView Of(Plot plot)
    {
        bool isGrid = plot.Layers.Any(l => l is GridLayer);
        if (isGrid && (plot.IsLogX || plot.IsLogY))
            throw new InvalidOperationException($"Figure '{plot.Title}': a heat map has linear axes: leave out LogX and LogY, or give it "
                + "the logarithms.");
        // A heat map fills its frame; what is laid over it does not widen it.
        var layers = plot.Layers.Where(l => !isGrid || l is GridLayer);
        double left = double.PositiveInfinity, right = double.NegativeInfinity, bottom = double.PositiveInfinity,
            top = double.NegativeInfinity;
        foreach (var (px, py) in layers.SelectMany(l => l.Extent))
        {
            double x = X(plot, px), y = Y(plot, py);
            if (double.IsFinite(x)) (left, right) = (Math.Min(left, x), Math.Max(right, x));
            if (double.IsFinite(y)) (bottom, top) = (Math.Min(bottom, y), Math.Max(top, y));
        }
        // Bars and histograms stand on the axis; on a logarithmic one they have no foot.
        bool stands = !plot.IsLogY && bottom == 0 && plot.Layers.Any(l => l is HistogramLayer or BarsLayer);
        double air = isGrid ? 0 : 0.04, foot = stands ? 0 : air;
        double side = isGrid ? 0 : 0.02;
        (left, right) = Fit(plot.Title, "x", plot.IsLogX, left, right, plot.Limits.XMin, plot.Limits.XMax, side, side);
        (bottom, top) = Fit(plot.Title, "y", plot.IsLogY, bottom, top, plot.Limits.YMin, plot.Limits.YMax, foot, air);
        return new(left, right, bottom, top);
    }

    static (double, double) Fit(string title, string axis, bool isLog, double low, double high, double? min, double? max, double airLow,
        double airHigh)
    {
        if (isLog && (min <= 0 || max <= 0))
            throw new ArgumentException($"Figure '{title}': the range of the logarithmic {axis} axis ends at "
                + $"{Numbers.Short(min <= 0 ? min.Value : max!.Value)}, expected ends above 0.");
        if (!(low <= high))
        {
            if (isLog) throw new InvalidOperationException($"Figure '{title}': no value above 0 for the logarithmic {axis} axis, so there "
                + "is nothing to draw: use a linear axis.");
            (low, high) = (0, 1); // nothing but reference lines along the other axis
        }
        double span = high > low ? high - low : high == 0 || isLog ? 1 : Math.Abs(high);
        if (high == low) (low, high) = (low - (span / 2), high + (span / 2));
        double from = min is { } m ? isLog ? Math.Log10(m) : m : low - (airLow * span);
        double to = max is { } M ? isLog ? Math.Log10(M) : M : high + (airHigh * span);
        return from < to ? (from, to) : min is null ? (to - span, to) : (from, from + span);
    }
}
