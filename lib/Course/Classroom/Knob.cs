using System.Numerics;
using System.Runtime.CompilerServices;
using Figures.Drawing;

namespace Course.Classroom;

/// <summary>
/// What a chapter's knobs may be. Each looks at one variable of the parameters cell and ends the chapter with one sentence where it was
/// turned too far:
/// <code>Knob.Between(samples, 1_000, 1_000_000);     // samples is 12, expected 1,000 to 1,000,000.</code>
/// </summary>
public static class Knob
{
    /// <summary>Requires low ≤ value ≤ high.</summary>
    /// <param name="value">The knob.</param>
    /// <param name="low">The least value.</param>
    /// <param name="high">The largest.</param>
    /// <param name="because">Why, where that is not plain: <c>"beyond, the model leaves the grid"</c>.</param>
    /// <param name="name">The knob's name; the compiler fills it in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside, or is no number.</exception>
    public static void Between<T>(T value, T low, T high, string because = "", [CallerArgumentExpression(nameof(value))] string name = "")
        where T : INumber<T>
    {
        if (!(value >= low && value <= high))
            throw Refused(name, Text(value), low == high ? Text(low) : $"{Text(low)} to {Text(high)}", because);
    }

    /// <summary>Requires value ≥ low.</summary>
    /// <inheritdoc cref="Between"/>
    public static void AtLeast<T>(T value, T low, string because = "", [CallerArgumentExpression(nameof(value))] string name = "")
        where T : INumber<T>
    {
        if (!(value >= low)) throw Refused(name, Text(value), $"at least {Text(low)}", because);
    }

    /// <summary>Requires value > low, and finite.</summary>
    /// <inheritdoc cref="Between"/>
    public static void Above<T>(T value, T low, string because = "", [CallerArgumentExpression(nameof(value))] string name = "")
        where T : INumber<T>
    {
        if (!(value > low && T.IsFinite(value))) throw Refused(name, Text(value), $"more than {Text(low)}", because);
    }

    /// <summary>Requires one of some words.</summary>
    /// <param name="value">The knob.</param>
    /// <param name="words">What it may be.</param>
    /// <param name="name">The knob's name; the compiler fills it in.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is another word.</exception>
    public static void OneOf(string value, string[] words, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(words);
        if (!words.Contains(value)) throw Refused(name, $"\"{value}\"", string.Join(", ", words), "");
    }

    static ArgumentOutOfRangeException Refused(string name, string value, string expected, string because) =>
        new(name, $"{name} is {value}, expected {expected}{(because.Length > 0 ? $": {because}" : "")}.");

    static string Text<T>(T value) where T : INumber<T> => T.IsInteger(value) && T.Abs(value) < T.CreateSaturating(1e9)
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:N0}") : Numbers.Short(double.CreateSaturating(value));
}
