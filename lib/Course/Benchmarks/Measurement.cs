namespace Course.Benchmarks;

/// <summary>One figure of <see cref="Benchmark"/>, beside what bounds it on the machine it was taken on.</summary>
/// <param name="Key">Its name in a file: <c>train_images_per_s</c>.</param>
/// <param name="Name">What was measured, for a person.</param>
/// <param name="Value">The median over repetitions.</param>
/// <param name="Unit">Of value and bound; empty for a plain number.</param>
/// <param name="Bound">What it cannot pass, or must not; null for a rate of the machine itself, which is a bound of others.</param>
/// <param name="BoundName">What the bound is.</param>
/// <param name="Note">How the value was found, where that is not plain: over a part, scaled up.</param>
public sealed record Measurement(string Key, string Name, double Value, string Unit, double? Bound = null,
    string? BoundName = null, string? Note = null)
{
    /// <summary>As one line of text: name, value, and the bound with the share of it that was reached.</summary>
    public override string ToString() =>
        $"{Name,-46} {Shown(Value),10} {Unit,-15}"
        + (Bound is { } bound
            ? $"  {BoundName} {Shown(bound)}{(Unit.EndsWith("/s", StringComparison.Ordinal) ? $", reached {Value / bound:P0}" : "")}" : "")
        + (Note is null ? "" : $"  ({Note})");

    static string Shown(double value) => Math.Abs(value) switch
    {
        >= 1e6 => $"{value:0.00e0}",
        >= 100 => $"{value:0}",
        >= 10 => $"{value:0.0}",
        >= 0.99 and < 1 => $"{value:0.000000}",
        >= 0.1 or 0 => $"{value:0.00}",
        _ => $"{value:0.0e0}",
    };
}
