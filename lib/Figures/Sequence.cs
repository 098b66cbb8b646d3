using System.Collections.Immutable;
using Figures.Layers;

namespace Figures;

/// <summary>Figures that follow each other in time.</summary>
static class Sequence
{
    /// <summary>The same figures with one view and one colour scale for all plots, so that axes stand still while data moves.</summary>
    internal static ImmutableArray<Figure> Align(IEnumerable<Figure> figures)
    {
        ImmutableArray<Figure> frames = [.. figures];
        if (frames.Length < 2 || !frames.All(frame => frame is Plot { Layers.IsEmpty: false })) return frames;
        Plot[] plots = [.. frames.Cast<Plot>()];

        var views = plots.Select(PlotView.Of).ToArray();
        double? Back(bool isLog, double value) => isLog ? Math.Pow(10, value) : value;
        var limits = (Back(plots[0].IsLogX, views.Min(v => v.Left)), Back(plots[0].IsLogX, views.Max(v => v.Right)),
            Back(plots[0].IsLogY, views.Min(v => v.Bottom)), Back(plots[0].IsLogY, views.Max(v => v.Top)));

        var grids = plots.SelectMany(plot => plot.Layers.OfType<GridLayer>()).ToArray();
        (double Low, double High)? colours = grids.Length == 0 ? null
            : (grids.Min(g => g.ColourRange.Low), grids.Max(g => g.ColourRange.High));
        return [.. plots.Select(plot => plot with
        {
            Limits = limits,
            Layers = colours is null ? plot.Layers
                : plot.Layers.ConvertAll(layer => layer is GridLayer grid ? grid with { Range = colours } : layer),
        })];
    }
}
