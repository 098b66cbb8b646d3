using ScottPlot;
using ScottPlot.Colormaps;

namespace Figures.Colours;

/// <summary>The colours of the colour maps.</summary>
public static class ColourMaps
{
    internal static IColormap Of(ColourMap map) => map switch
    {
        ColourMap.Viridis => new Viridis(),
        ColourMap.Ink => new InkMap(),
        ColourMap.Signed => new Balance(),
        _ => throw new ArgumentOutOfRangeException(nameof(map),
            $"The colour map is {map}, expected one of {string.Join(", ", Enum.GetNames<ColourMap>())}."),
    };

    /// <summary>So many colours along the map as <c>#rrggbb</c>.</summary>
    public static string[] Hex(ColourMap map, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Palette.Hex(Of(map).GetColor(i / (count - 1.0)).ToSKColor()))];

    /// <summary>White to dark blue along a straight line in OKLab.</summary>
    sealed class InkMap : IColormap
    {
        public string Name => "Ink";

        public Color GetColor(double position)
        {
            double p = double.IsNaN(position) ? 0 : Math.Clamp(position, 0, 1);
            // A little more colour half-way, where a straight line from white looks washed out.
            double chroma = p + (0.6 * p * (1 - p));
            return Palette.Scott(OkLab.ToColour(1 - (0.78 * p), -0.015 * chroma, -0.11 * chroma));
        }
    }
}
