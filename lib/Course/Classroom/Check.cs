using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using Figures.Display;
using Figures.Drawing;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Course.Classroom;

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
    /// <param name="needs">What the claim assumes and a knob may remove, and what to say where it does: the check then does not
    /// apply.</param>
    /// <exception cref="CheckFailedException">It does not hold.</exception>
    /// <exception cref="ArgumentException">The tolerance is negative or not finite, so the check could not fail or not hold.</exception>
    public static void Near(string claim, double measured, double expected, double tolerance, string because,
        (bool Met, string Else)? needs = null)
    {
        if (!Applies(claim, needs)) return;
        if (!(tolerance >= 0) || double.IsInfinity(tolerance))
            throw new ArgumentException($"Check '{claim}': the tolerance is {Numbers.Short(tolerance)}, expected a finite number "
                + "of at least 0; where there are too few samples for one, say so with needs.", nameof(tolerance));
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
    /// <param name="needs">What the claim assumes, and what to say where it is missing.</param>
    public static void AtMost(string claim, double measured, double bound, string because,
        (bool Met, string Else)? needs = null)
    {
        if (Applies(claim, needs)) Show(claim, measured, bound, because);
    }

    /// <summary>Claims that a measured number reaches a bound.</summary>
    /// <inheritdoc cref="Near"/>
    /// <param name="claim">What is claimed.</param>
    /// <param name="measured">The number found.</param>
    /// <param name="bound">The smallest number that agrees with the claim.</param>
    /// <param name="because">Where the bound comes from.</param>
    /// <param name="needs">What the claim assumes, and what to say where it is missing.</param>
    public static void AtLeast(string claim, double measured, double bound, string because,
        (bool Met, string Else)? needs = null)
    {
        if (Applies(claim, needs)) Show(claim, measured >= bound, measured, $"at least {Numbers.Short(bound)}", because);
    }

    /// <summary>Claims that two computations of the same are equal up to rounding: the largest difference of their values is within what so
    /// many roundings can make.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="byHand">One of them, of any shape.</param>
    /// <param name="byLibrary">The other, of the same shape and floating type.</param>
    /// <param name="roundings">How often a value is rounded on its way, at most; 0 where both must be equal bit for bit.</param>
    /// <param name="scale">The largest number on the way, where that is larger than every value here.</param>
    /// <exception cref="ArgumentException">The two differ in shape or type.</exception>
    /// <exception cref="CheckFailedException">It does not hold.</exception>
    public static void Same(string claim, Tensor byHand, Tensor byLibrary, long roundings, double scale = 0)
    {
        if (!byHand.shape.SequenceEqual(byLibrary.shape) || byHand.dtype != byLibrary.dtype)
            throw new ArgumentException($"Check '{claim}': {byHand.dtype} {TensorShape.Format(byHand.shape)} is compared with "
                + $"{byLibrary.dtype} {TensorShape.Format(byLibrary.shape)}, "
                + "expected two tensors of one type and shape.", nameof(byLibrary));
        using var scope = torch.NewDisposeScope();
        double Largest(Tensor values) => values.numel() == 0 ? 0 : values.abs().max().to(torch.ScalarType.Float64).item<double>();
        Same(claim, Largest(byHand.detach() - byLibrary.detach()),
            Math.Max(scale, Math.Max(Largest(byHand.detach()), Largest(byLibrary.detach()))), roundings,
            byHand.dtype == torch.ScalarType.Float64);
    }

    /// <summary>The same for numbers.</summary>
    /// <inheritdoc cref="Same(string, Tensor, Tensor, long, double)"/>
    public static void Same(string claim, IEnumerable<double> byHand, IEnumerable<double> byLibrary, long roundings, double scale = 0)
    {
        double[] a = [.. byHand], b = [.. byLibrary];
        if (a.Length != b.Length)
            throw new ArgumentException($"Check '{claim}': {a.Length} numbers are compared with {b.Length}, expected as many.",
                nameof(byLibrary));
        double Largest(IEnumerable<double> values) => values.Aggregate(0.0, (most, value) => Math.Max(most, Math.Abs(value)));
        Same(claim, Largest(a.Zip(b, (x, y) => x - y)), Math.Max(scale, Math.Max(Largest(a), Largest(b))), roundings, isDouble: true);
    }

    static void Same(string claim, double difference, double size, long roundings, bool isDouble)
    {
        string type = isDouble ? "float64" : "float32";
        double bound = roundings * Math.Pow(2, isDouble ? -53 : -24) * size;
        Show(claim, difference <= bound, difference, roundings == 0 ? "0" : $"at most {Numbers.Short(bound, 2)}",
            roundings == 0 ? "exact, bit for bit" : $"{roundings:N0} roundings of {type}, of numbers up to {Numbers.Short(size, 2)}");
    }

    /// <summary>Claims that samples were drawn from a law: their largest distance from its distribution function (Kolmogorov–Smirnov) is
    /// one that chance makes.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="samples">Independent draws.</param>
    /// <param name="law">The law's distribution function, x ↦ P(X ≤ x).</param>
    /// <exception cref="CheckFailedException">It does not hold; a right claim fails once in 10,000 runs.</exception>
    public static void HasLaw(string claim, IEnumerable<double> samples, Func<double, double> law)
    {
        double[] drawn = [.. samples];
        Show($"{claim}: distance of the distributions", KolmogorovSmirnov.Distance(drawn, law),
            KolmogorovSmirnov.CriticalValue(drawn.Length),
            $"exceeded by {drawn.Length:N0} draws of that law once in 10,000 runs");
    }

    /// <summary>The same for a normal law.</summary>
    /// <inheritdoc cref="HasLaw(string, IEnumerable{double}, Func{double, double})"/>
    public static void HasLaw(string claim, IEnumerable<double> samples, Gaussian law) => HasLaw(claim, samples, law.Cdf);

    /// <summary>Claims that two sets of samples were drawn from one law.</summary>
    /// <param name="claim">What is claimed.</param>
    /// <param name="one">Independent draws.</param>
    /// <param name="other">Independent draws, and independent of the first.</param>
    /// <exception cref="CheckFailedException">It does not hold; a right claim fails once in 10,000 runs.</exception>
    public static void SameLaw(string claim, IEnumerable<double> one, IEnumerable<double> other)
    {
        double[] a = [.. one], b = [.. other];
        Show($"{claim}: distance of the two samples", KolmogorovSmirnov.Distance(a, b),
            KolmogorovSmirnov.CriticalValue(a.Length, b.Length, 1e-4),
            "exceeded by two samples of one law once in 10,000 runs");
    }

    /// <summary>Says that a claim is not tested here, because the reader turned a knob that removes its assumption; goes on.</summary>
    public static void DoesNotApply(string claim, string because) =>
        FrontEnd.Show(new Remark(Verdict.DoesNotApply, claim, "does not apply here", because));

    static bool Applies(string claim, (bool Met, string Else)? needs)
    {
        if (needs is (false, var missing)) DoesNotApply(claim, missing);
        return needs is not (false, _);
    }

    static void Show(string claim, double measured, double bound, string because) =>
        Show(claim, measured <= bound, measured, $"at most {Numbers.Short(bound)}", because);

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
