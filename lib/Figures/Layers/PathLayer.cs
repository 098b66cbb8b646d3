namespace Figures.Layers;

/// <summary>A trajectory in the plane: a thin curve with a ring where it starts and a dot where it ends.</summary>
public sealed record PathLayer(string Name, double[] Xs, double[] Ys) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => Xs.Zip(Ys);

    /// <inheritdoc/>
    public override string Kind => "path";
}
