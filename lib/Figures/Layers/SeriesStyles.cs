using Figures.Colours;

namespace Figures.Layers;

/// <summary>Gives every name of a plot its own colour, dash pattern and mark, in order of appearance.</summary>
public sealed class SeriesStyles
{
    static readonly float[][] ruleDashes = [[6, 4], [2, 3], [9, 3, 2, 3], [14, 4]];

    readonly Dictionary<string, int> series = [], rules = [];
    readonly bool isAlone;
    readonly ColourMap? ground;

    /// <summary>The looks of the layers of a plot.</summary>
    public SeriesStyles(IReadOnlyCollection<Layer> layers)
    {
        foreach (var layer in layers)
            if (layer is RuleLayer) rules.TryAdd(layer.Name, rules.Count);
            else if (layer is not (GridLayer or NoteLayer or ArrowsLayer) && layer.Name.Length > 0) series.TryAdd(layer.Name, series.Count);
        isAlone = series.Count == 0 && layers.Count(IsDrawn) == 1;
        ground = layers.OfType<GridLayer>().FirstOrDefault()?.Colours;
    }

    static bool IsDrawn(Layer layer) => layer is LineLayer or PointsLayer or PathLayer;

    /// <summary>How one of them looks.</summary>
    public SeriesStyle Of(Layer layer)
    {
        bool hasHalo = ground is not null;
        if (layer is RuleLayer) return new(Palette.Faint, ruleDashes[rules[layer.Name] % ruleDashes.Length], 0, 1.6f, hasHalo);
        if (layer is ArrowsLayer) return new(ground == ColourMap.Viridis ? Palette.Paper : Palette.Faint, [], 0, 1.6f);
        // One curve alone is the subject of its plot even without a name; among others it is context.
        if (layer.Name.Length == 0 && IsDrawn(layer) && !isAlone)
            return new(ground == ColourMap.Viridis ? Palette.Paper.WithAlpha(200) : Palette.Context, [], 0, 1.1f);
        int index = layer.Name.Length == 0 ? 0 : series[layer.Name];
        // On a coloured ground the first colour is vermilion, which no colour map here contains in its middle.
        return new(Palette.Of(hasHalo ? index + 1 : index), layer is PathLayer ? [] : Palette.Dashes[index % Palette.Dashes.Length], index,
            layer is PathLayer || hasHalo ? 1.6f : 2.4f, hasHalo);
    }
}
