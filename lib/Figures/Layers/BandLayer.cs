namespace Figures.Layers;

/// <summary>The area between two curves.</summary>
public sealed record BandLayer(string Name, double[] Xs, double[] Low, double[] High) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => Xs.Zip(Low).Concat(Xs.Zip(High));

    /// <inheritdoc/>
    public override string Kind => "band";
}
