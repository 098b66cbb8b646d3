namespace Diffusion;

/// <summary>
/// A task for the reader with an instant answer. <c>Try</c> stands in the reader's cell and never throws; <c>Solve</c> stands in the folded
/// solution, where the same test must pass.
/// <code>new Exercise("1.1 Halve the step", "⟨x²⟩ counts steps, not time").Try(answer, expected: 0.5, tolerance: 0.01);</code>
/// </summary>
/// <param name="title">Number and name.</param>
/// <param name="hint">One sentence that helps without giving the answer away; it is shown folded.</param>
public sealed class Exercise(string title, string hint)
{
    readonly string title = title ?? throw new ArgumentNullException(nameof(title));
    readonly string hint = hint ?? throw new ArgumentNullException(nameof(hint));

    /// <summary>Looks at the reader's number; null or NaN means not answered yet.</summary>
    /// <param name="answer">The reader's answer.</param>
    /// <param name="expected">The right one.</param>
    /// <param name="tolerance">How far off still counts as right, at least 0.</param>
    /// <param name="slips">Answers that a known mistake gives, each with what to say about it: <c>(57.9, "that is in two dimensions")</c>.</param>
    public void Try(double? answer, double expected, double tolerance, params (double Value, string Says)[] slips) =>
        Show(Judge(answer, expected, tolerance, slips));

    /// <summary>
    /// Looks at the reader's function by comparing it with the right one at the inputs; null, or NaN everywhere, means not answered yet.
    /// </summary>
    /// <param name="answer">The reader's function.</param>
    /// <param name="expected">The right one.</param>
    /// <param name="tolerance">How far off still counts as right at each input, at least 0.</param>
    /// <param name="inputs">Where the two are compared.</param>
    public void Try(Func<double, double>? answer, Func<double, double> expected, double tolerance, params double[] inputs) =>
        Show(Judge(answer, expected, tolerance, inputs));

    /// <summary>Looks at whatever the reader made (a step, a sampler) by trying it; null means not answered yet.</summary>
    /// <param name="answer">What the reader made.</param>
    /// <param name="fault">Tries it and says in one sentence what is wrong with it, or null where nothing is.</param>
    public void Try<T>(T? answer, Func<T, string?> fault) where T : class => Show(Judge(answer, fault));

    /// <summary>The same test for the solution.</summary>
    /// <inheritdoc cref="Try(double?, double, double, ValueTuple{double, string}[])"/>
    /// <exception cref="CheckFailedException">The answer is wrong or missing.</exception>
    public void Solve(double? answer, double expected, double tolerance) => Demand(Judge(answer, expected, tolerance, []));

    /// <summary>The same test for the solution.</summary>
    /// <inheritdoc cref="Try(Func{double, double}?, Func{double, double}, double, double[])"/>
    /// <exception cref="CheckFailedException">The answer is wrong or missing.</exception>
    public void Solve(Func<double, double>? answer, Func<double, double> expected, double tolerance, params double[] inputs) =>
        Demand(Judge(answer, expected, tolerance, inputs));

    /// <summary>The same test for the solution.</summary>
    /// <inheritdoc cref="Try{T}(T, Func{T, string})"/>
    /// <exception cref="CheckFailedException">The answer is wrong or missing.</exception>
    public void Solve<T>(T? answer, Func<T, string?> fault) where T : class => Demand(Judge(answer, fault));

    Remark Judge(double? answer, double expected, double tolerance, (double Value, string Says)[] slips)
    {
        ArgumentNullException.ThrowIfNull(slips);
        if (answer is not { } given || double.IsNaN(given)) return Open;
        if (Math.Abs(given - expected) <= tolerance) return Right($"{Numbers.Short(given)} is right");
        foreach (var (value, says) in slips)        // within 2 %, so that a rounded slip is known too
            if (Math.Abs(given - value) <= Math.Max(tolerance, 0.02 * Math.Abs(value))) return Wrong($"not yet: {Numbers.Short(given)}: {says}");
        string how = double.IsInfinity(given) ? "is not finite"
            : given * expected < 0 ? "has the wrong sign"
            : Math.Abs(given) > Math.Abs(expected) ? "is too large" + Factor(given / expected) : "is too small" + Factor(expected / given);
        return Wrong($"not yet: {Numbers.Short(given)} {how}");
    }

    Remark Judge(Func<double, double>? answer, Func<double, double> expected, double tolerance, double[] inputs)
    {
        ArgumentNullException.ThrowIfNull(expected);
        if (inputs is null or [])
            throw new ArgumentException($"Exercise '{title}': there are no inputs, expected at least one to compare the functions at.",
                nameof(inputs));
        if (answer is null) return Open;
        double[] given = new double[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            try { given[i] = answer(inputs[i]); }
            catch (NotImplementedException) { return Open; }
            catch (Exception error)
            {
                return Wrong($"not yet: at {Numbers.Short(inputs[i])} your function throws {error.GetType().Name}: {error.Message}");
            }
        }
        if (given.All(double.IsNaN)) return Open;
        for (int i = 0; i < inputs.Length; i++)
        {
            double right = expected(inputs[i]);
            if (!(Math.Abs(given[i] - right) <= tolerance))
                return Wrong($"not yet: at {Numbers.Short(inputs[i])} your function gives {Numbers.Short(given[i])}, "
                    + $"expected {Numbers.Short(right)}");
        }
        string places = string.Join(", ", inputs.Take(5).Select(x => Numbers.Short(x)));
        return Right($"your function is right at {places}{(inputs.Length > 5 ? ", …" : "")}");
    }

    Remark Judge<T>(T? answer, Func<T, string?> fault) where T : class
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (answer is null) return Open;
        try
        {
            return fault(answer) is { } sentence ? Wrong($"not yet: {sentence}") : Right("yours is right");
        }
        catch (NotImplementedException)
        {
            return Open;
        }
        catch (Exception error)
        {
            return Wrong($"not yet: yours throws {error.GetType().Name}: {error.Message.Split('\n')[0]}");
        }
    }

    static string Factor(double ratio) => ratio is >= 1.5 and < 1e6 ? $", by a factor of about {Numbers.Short(ratio, 2)}" : "";

    Remark Open => new(Verdict.Open, $"Exercise {title}", "not answered yet: put your answer in this cell and run it again", "", hint);

    Remark Right(string finding) => new(Verdict.Holds, $"Exercise {title}", finding, "");

    Remark Wrong(string finding) => new(Verdict.Fails, $"Exercise {title}", finding, "", hint);

    static void Show(Remark remark) => FrontEnd.Show(remark);

    static void Demand(Remark remark)
    {
        Show(remark);
        if (remark.Verdict != Verdict.Holds)
            throw new CheckFailedException($"{remark.Claim}: the solution fails its own test: {remark.Finding}.");
    }
}
