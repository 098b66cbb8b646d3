using SkiaSharp;

namespace Diffusion;

/// <summary>How a layer looks: its colour, dash pattern and mark.</summary>
readonly record struct SeriesStyle(SKColor Colour, float[] Dash, int Mark, float Width, bool IsContext);

/// <summary>Gives every name of a plot its own colour, dash pattern and mark, in order of appearance.</summary>
sealed class SeriesStyles
{
    static readonly float[][] ruleDashes = [[6, 4], [2, 3], [9, 3, 2, 3], [14, 4]];

    readonly Dictionary<string, int> series = [], rules = [];
    readonly bool onlyUnnamed;

    internal SeriesStyles(IEnumerable<Layer> layers)
    {
        foreach (var layer in layers)
            if (layer is RuleLayer) rules.TryAdd(layer.Name, rules.Count);
            else if (layer is not (GridLayer or NoteLayer or ArrowsLayer) && layer.Name.Length > 0) series.TryAdd(layer.Name, series.Count);
        onlyUnnamed = series.Count == 0 && layers.Count(l => l is LineLayer or PointsLayer or PathLayer) == 1;
    }

    internal SeriesStyle Of(Layer layer)
    {
        if (layer is RuleLayer) return new(Ink.Faint, ruleDashes[rules[layer.Name] % ruleDashes.Length], 0, 1.6f, false);
        if (layer is ArrowsLayer) return new(Ink.Faint, [], 0, 1.6f, false);
        bool isContext = layer.Name.Length == 0 && !onlyUnnamed && layer is LineLayer or PointsLayer or PathLayer && layer.Name.Length == 0 && !onlyUnnamed;
        if (isContext) return new(Ink.Context, [], 0, 1.1f, true);
        int index = layer.Name.Length == 0 ? 0 : series[layer.Name];
        return new(Ink.Of(index), layer is PathLayer ? [] : Ink.Dashes[index % Ink.Dashes.Length], index, layer is PathLayer ? 1.5f : 2.4f, false);
    }
}
