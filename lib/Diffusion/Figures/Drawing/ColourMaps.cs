using ScottPlot;
using ScottPlot.Colormaps;

namespace Diffusion;

static class ColourMaps
{
    internal static IColormap Of(ColourMap map) => map switch
    {
        ColourMap.Viridis => new Viridis(),
        ColourMap.Ink => new Ice().Reversed(),
        ColourMap.Signed => new Balance(),
        _ => throw new ArgumentOutOfRangeException(nameof(map), $"The colour map is {map}, expected one of {string.Join(", ", Enum.GetNames<ColourMap>())}."),
    };
}
