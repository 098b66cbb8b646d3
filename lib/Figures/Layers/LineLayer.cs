namespace Figures.Layers;

/// <summary>A curve through points in the order given.</summary>
public sealed record LineLayer(string Name, double[] Xs, double[] Ys) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => Xs.Zip(Ys);

    /// <inheritdoc/>
    public override string Kind => "line";
}
