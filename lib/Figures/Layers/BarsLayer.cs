namespace Figures.Layers;

/// <summary>Bars at 0, 1, 2, …, one a label.</summary>
public sealed record BarsLayer(string Name, string[] Labels, double[] Values) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => Values.SelectMany((v, i) => new[] { (i - 0.5, 0.0), (i + 0.5, v) });

    /// <inheritdoc/>
    public override string Kind => "bars";
}
