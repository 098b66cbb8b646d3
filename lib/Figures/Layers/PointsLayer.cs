namespace Figures.Layers;

/// <summary>Marks, with error bars of ±<paramref name="Errors"/> where given.</summary>
public sealed record PointsLayer(string Name, double[] Xs, double[] Ys, double[]? Errors) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => Errors is null ? Xs.Zip(Ys)
        : Xs.Zip(Ys).Concat(Xs.Zip(Ys.Zip(Errors, (y, e) => y - e))).Concat(Xs.Zip(Ys.Zip(Errors, (y, e) => y + e)));

    /// <inheritdoc/>
    public override string Kind => "points";
}
