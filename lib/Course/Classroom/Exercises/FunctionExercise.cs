using Figures.Drawing;

namespace Course.Classroom.Exercises;

/// <summary>Makes exercises whose answers are functions.</summary>
public static class FunctionExercise
{
    /// <summary>A function of one number.</summary>
    /// <param name="title">Number and name.</param>
    /// <param name="hint">One sentence that helps.</param>
    /// <param name="expected">The right function.</param>
    /// <param name="tolerance">How far off still counts as right at each place, at least 0; for values above 1 a share of them.</param>
    /// <param name="at">Where functions are compared.</param>
    /// <param name="slips">Functions that a known mistake gives, each with what to say about it.</param>
    /// <exception cref="ArgumentException">There is no place, or two of the functions are alike at all of them.</exception>
    public static FunctionExercise<Func<double,
        double>> Of(string title, string hint, Func<double, double> expected, double tolerance, double[] at,
        params (Func<double, double> Slip, string Says)[] slips) => new(title, hint, expected, tolerance,
            [.. at.Select(x => (Numbers.Short(x), (Func<Func<double, double>, double>)(f => f(x))))], slips);

    /// <summary>A function of two numbers.</summary>
    /// <inheritdoc cref="Of(string, string, Func{double, double}, double, double[], ValueTuple{Func{double, double}, string}[])"/>
    public static FunctionExercise<Func<double, double,
        double>> Of(string title, string hint, Func<double, double, double> expected, double tolerance, (double X, double Y)[] at,
        params (Func<double, double, double> Slip, string Says)[] slips) => new(title, hint, expected, tolerance,
            [.. at.Select(p =>
                ($"({Numbers.Short(p.X)}, {Numbers.Short(p.Y)})", (Func<Func<double, double, double>, double>)(f => f(p.X, p.Y))))], slips);
}
