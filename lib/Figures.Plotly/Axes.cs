using Figures.Colours;
using Figures.Drawing;
using Plotly.NET.LayoutObjects;

namespace Figures.Plotly;

/// <summary>The axes of charts.</summary>
static class Axes
{
    /// <summary>An axis with numbers, in the look of the still plots.</summary>
    internal static LinearAxis Of(string label, bool isLog, double[] domain, double low, double high, string anchor, bool isGrid) =>
        new LinearAxis().Set(
            ("title", new { text = MathText.ToHtml(label), font = new { size = 15 }, standoff = 8 }),
            ("type", isLog ? "log" : "linear"), ("dtick", !isLog ? null : high - low > 2 ? 1 : "D2"), ("exponentformat", "power"),
            ("domain", domain), ("range", new[] { PlotTraces.Round(low), PlotTraces.Round(high) }), ("anchor", anchor),
            ("showgrid", !isGrid), ("gridcolor", Palette.GridHex), ("zeroline", false),
            ("showline", true), ("mirror", isGrid), ("linecolor", Palette.FrameHex), ("ticks", "outside"), ("tickcolor", Palette.FrameHex));

    /// <summary>An axis without numbers whose labels stand at the middles of the images; neighbours are a pixel apart.</summary>
    internal static LinearAxis OfImages(double[] domain, double low, double high, string anchor, string[] labels, int pixels) =>
        new LinearAxis().Set(
            ("domain", domain), ("range", new[] { low, high }), ("anchor", anchor), ("constrain", "domain"),
            ("showgrid", false), ("zeroline", false), ("ticks", ""),
            ("tickvals", labels.Select((_, i) => ((i + 0.5) * (pixels + 1.0) / labels.Length) - 1).ToArray()),
            ("ticktext", labels.Select(MathText.ToHtml).ToArray()));
}
