namespace Course.Classroom;

/// <summary>One line of the preflight: what was looked at, what was found, and what to do when it is not as it should be.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Value">What was found.</param>
/// <param name="Remedy">One sentence that says what to do; null when all is well.</param>
/// <param name="Fatal">Whether chapters fail until it is done.</param>
public sealed record Finding(string Name, string Value, string? Remedy = null, bool Fatal = false)
{
    /// <summary>The finding as one line of plain text, with the remedy below it.</summary>
    public override string ToString() =>
        $"{(Remedy is null ? "✓" : Fatal ? "✗" : "!")} {Name,-12} {Value}" + (Remedy is null ? "" : $"{Environment.NewLine}  → {Remedy}");
}
