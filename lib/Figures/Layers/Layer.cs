namespace Figures.Layers;

/// <summary>
/// One thing drawn in a plot. Layers of one name share a colour and an entry in the legend; a layer without a name is context, thin and
/// grey.
/// </summary>
public abstract record Layer(string Name)
{
    /// <summary>All the points that must be visible, as (x, y); a NaN says nothing about its axis.</summary>
    public abstract IEnumerable<(double X, double Y)> Extent { get; }

    /// <summary>What it is, for the alt text.</summary>
    public abstract string Kind { get; }
}
