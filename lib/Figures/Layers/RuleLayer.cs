namespace Figures.Layers;

/// <summary>A straight reference line across the whole plot.</summary>
public sealed record RuleLayer(string Name, double At, bool IsHorizontal) : Layer(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => [IsHorizontal ? (double.NaN, At) : (At, double.NaN)];

    /// <inheritdoc/>
    public override string Kind => "reference line";
}
