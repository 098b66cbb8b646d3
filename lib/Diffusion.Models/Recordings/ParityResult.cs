namespace Diffusion.Models.Recordings;

/// <summary>How far what was computed here lies from what the reference implementation recorded.</summary>
/// <param name="Kind">What was compared: <c>model</c>.</param>
/// <param name="Case">The recorded tensor with the largest difference, by its name.</param>
/// <param name="MaxAbsDifference">The largest absolute difference over all of them; +∞ where a value is not a number.</param>
/// <param name="Tolerance">What it may be at most.</param>
public sealed record ParityResult(string Kind, string Case, double MaxAbsDifference, double Tolerance)
{
    /// <summary>Whether the difference is within the tolerance.</summary>
    public bool Passed => MaxAbsDifference <= Tolerance;
}
