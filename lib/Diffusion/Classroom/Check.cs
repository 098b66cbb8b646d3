namespace Diffusion;

/// <summary>
/// Claims that are measured where they are made. Each shows at once what was claimed, measured and expected and where the tolerance comes
/// from, and ends the cell when it does not hold. A measured NaN never holds.
/// </summary>
public static class Check
{
    /// <summary>Claims that a measured number is the expected one within a tolerance: |measured − expected| ≤ tolerance.</summary>
    /// <param name="claim">What is claimed, in words or symbols (<c>x_t</c> gives a subscript).</param>
    /// <param name="measured">The number found.</param>
    /// <param name="expected">The number from the theory.</param>
    /// <param name="tolerance">Finite and at least 0: it comes from the statistics of the estimate or a stated bound, never from what came
    /// out.</param>
    /// <param name="because">Where the tolerance comes from: <c>"4 standard errors of 10⁵ samples"</c>.</param>
    /// <exception cref="CheckFailedException">It does not hold.</exception>
    /// <exception cref="ArgumentException">The tolerance is negative or not finite, so the check could not fail or not hold.</exception>
    public static void Near(string claim, double measured, double expected, double tolerance, string because)
    {
        if (!(tolerance >= 0) || double.IsInfinity(tolerance))
            throw new ArgumentException($"Check '{claim}': the tolerance is {Numbers.Short(tolerance)}, expected a finite number "
                + "of at least 0; where there are too few samples for one, use Check.DoesNotApply.", nameof(tolerance));
        int digits = Digits(expected, tolerance);
        string wanted = $"{Numbers.Short(expected, digits)} ± {Numbers.Short(tolerance, 2)}";
        Show(claim, Math.Abs(measured - expected) <= tolerance, measured, wanted, because, digits);
    }

    /// <summary>Claims that a measured number does not exceed a bound.</summary>
    /// <inheritdoc cref="Near"/>
    /// <param name="claim">What is claimed.</param>
    /// <param name="measured">The number found.</param>
    /// <param name="bound">The largest number that agrees with the claim.</param>
    /// <param name="because">Where the bound comes from.</param>
    public static void AtMost(string claim, double measured, double bound, string because) =>
        Show(claim, measured <= bound, measured, $"at most {Numbers.Short(bound)}", because);

    /// <summary>Claims that a measured number reaches a bound.</summary>
    /// <inheritdoc cref="Near"/>
    /// <param name="claim">What is claimed.</param>
    /// <param name="measured">The number found.</param>
    /// <param name="bound">The smallest number that agrees with the claim.</param>
    /// <param name="because">Where the bound comes from.</param>
    public static void AtLeast(string claim, double measured, double bound, string because) =>
        Show(claim, measured >= bound, measured, $"at least {Numbers.Short(bound)}", because);

    /// <summary>Says that a claim is not tested here, because the reader turned a knob that removes its assumption; goes on.</summary>
    public static void DoesNotApply(string claim, string because) =>
        FrontEnd.Show(new Remark(Verdict.DoesNotApply, claim, "does not apply here", because));

    static void Show(string claim, bool holds, double measured, string expected, string because, int digits = 4)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(because);
        string numbers = $"measured {Numbers.Short(measured, digits)}, expected {expected}";
        FrontEnd.Show(new Remark(holds ? Verdict.Holds : Verdict.Fails, claim, numbers, because));
        if (!holds) throw new CheckFailedException($"Check failed: {claim}: {numbers} ({because}).");
    }

    // Enough digits to see the tolerance in the last of them, at least 4 and at most 8.
    static int Digits(double expected, double tolerance) => tolerance > 0 && expected != 0 && double.IsFinite(expected)
        ? Math.Clamp((int)Math.Ceiling(Math.Log10(Math.Abs(expected) / tolerance)) + 1, 4, 8) : 4;
}
