namespace Figures.Layers;

/// <summary>A histogram as a density: the bars' areas add up to the share of samples inside the edges. Bins + 1 edges.</summary>
public sealed record HistogramLayer(string Name, double[] Edges, double[] Density) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => Edges.Select(x => (x, 0.0)).Concat(Edges.Skip(1).Zip(Density));

    /// <inheritdoc/>
    public override string Kind => "histogram";
}
