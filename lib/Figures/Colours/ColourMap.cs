namespace Figures.Colours;

/// <summary>
/// How a heat map turns numbers into colours; all three are perceptually uniform: equal steps in value look equally large.
/// </summary>
public enum ColourMap
{
    /// <summary>Dark blue over green to yellow (viridis).</summary>
    Viridis,

    /// <summary>White to dark blue, like ink in water.</summary>
    Ink,

    /// <summary>Blue over white to red, white at zero, for values of both signs.</summary>
    Signed,
}
