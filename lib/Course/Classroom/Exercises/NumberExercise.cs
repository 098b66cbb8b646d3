using Figures.Drawing;

namespace Course.Classroom.Exercises;

/// <summary>An exercise whose answer is a number.</summary>
/// <seealso cref="Exercise"/>
public sealed class NumberExercise : Exercise
{
    readonly double expected, tolerance;
    readonly (double Value, string Says)[] slips;

    /// <summary>An exercise.</summary>
    /// <param name="title">Number and name.</param>
    /// <param name="hint">One sentence that helps.</param>
    /// <param name="expected">The right answer.</param>
    /// <param name="tolerance">How far off still counts as right, at least 0.</param>
    /// <param name="slips">Answers that a known mistake gives, each with what to say about it: <c>(57.9, "that is in two
    /// dimensions")</c>.</param>
    /// <exception cref="ArgumentException">Two slips, or a slip and the right answer, are closer than the tolerance.</exception>
    public NumberExercise(string title, string hint, double expected, double tolerance, params (double Value, string Says)[] slips)
        : base(title, hint)
    {
        ArgumentNullException.ThrowIfNull(slips);
        (double Value, string Says)[] all = [(expected, "the right answer"), .. slips];
        for (int i = 0; i < all.Length; i++)
            for (int j = 0; j < i; j++)
                if (!(Math.Abs(all[i].Value - all[j].Value) > tolerance)) throw Alike(all[i].Says, all[j].Says);
        (this.expected, this.tolerance, this.slips) = (expected, tolerance, slips);
    }

    /// <summary>Looks at the reader's number; null or NaN means not answered yet.</summary>
    public void Try(double? answer) => Show(Judge(answer));

    /// <summary>The same test for the solution.</summary>
    /// <exception cref="CheckFailedException">The answer is wrong or missing.</exception>
    public void Solve(double? answer) => Demand(Judge(answer));

    Remark Judge(double? answer)
    {
        if (answer is not { } given || double.IsNaN(given)) return Open;
        if (Math.Abs(given - expected) <= tolerance) return Right($"{Numbers.Short(given)} is right");
        foreach (var (value, says) in slips) if (Math.Abs(given - value) <= Radius(value)) return Wrong($"{Numbers.Short(given)}: {says}");
        string how = double.IsInfinity(given) ? "is not finite"
            : given * expected < 0 ? "has the wrong sign"
            : Math.Abs(given) > Math.Abs(expected) ? "is too large" + Factor(given / expected) : "is too small" + Factor(expected / given);
        return Wrong($"{Numbers.Short(given)} {how}");
    }

    // A rounded slip is known too, within 2 %, but not so far that its words would answer another mistake.
    double Radius(double slip)
    {
        double nearest = slips.Select(each => each.Value).Append(expected).Where(value => value != slip)
            .Min(value => Math.Abs(value - slip));
        return Math.Min(Math.Max(tolerance, 0.02 * Math.Abs(slip)), nearest / 2);
    }

    static string Factor(double ratio) => ratio is >= 1.5 and < 1e6 ? $", by a factor of about {Numbers.Short(ratio, 2)}" : "";
}
