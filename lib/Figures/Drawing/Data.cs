namespace Figures.Drawing;

/// <summary>Checks what is to be drawn: one clear sentence for series that do not fit together or hold nothing.</summary>
static class Data
{
    internal static double[] Series(string figure, string layer, string what, IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] series = values as double[] is { } array ? (double[])array.Clone() : [.. values];
        if (series.Length == 0)
            throw new ArgumentException($"{Place(figure, layer)}: {what} is empty, expected at least one number.");
        if (!series.Any(double.IsFinite))
            throw new ArgumentException($"{Place(figure, layer)}: {what} holds {series.Length} values and none is a finite number, so "
                + "there is nothing to draw.");
        return series;
    }

    internal static void SameLength(string figure, string layer, params (string What, double[] Values)[] series)
    {
        var first = series[0];
        foreach (var (what, values) in series)
            if (values.Length != first.Values.Length)
                throw new ArgumentException($"{Place(figure, layer)}: {first.What} has {first.Values.Length} values and {what} has "
                    + $"{values.Length}, expected the same number.");
    }

    internal static double Finite(string figure, string layer, string what, double value) => double.IsFinite(value) ? value
        : throw new ArgumentException($"{Place(figure, layer)}: {what} is {Numbers.Short(value)}, expected a finite number.");

    static string Place(string figure, string layer) => layer.Length > 0 ? $"Figure '{figure}', layer '{layer}'" : $"Figure '{figure}'";
}
