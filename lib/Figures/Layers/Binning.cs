using Figures.Drawing;

namespace Figures.Layers;

/// <summary>Counts samples into a histogram's bins.</summary>
static class Binning
{
    internal static HistogramLayer Histogram(string figure, string name, double[] samples, int bins, double? low, double? high)
    {
        if (bins is < 1 or > 2000)
            throw new ArgumentOutOfRangeException(nameof(bins), $"Figure '{figure}', layer '{name}': bins is {bins}, expected 1 to 2000.");
        double from = low ?? samples.Where(double.IsFinite).Min(), to = high ?? samples.Where(double.IsFinite).Max();
        if (from == to && low is null && high is null) (from, to) = (from - 0.5, to + 0.5);
        if (!(from < to))
            throw new ArgumentException($"Figure '{figure}', layer '{name}': low is {Numbers.Short(from)} and high is "
                + $"{Numbers.Short(to)}, expected low < high.");

        double width = (to - from) / bins;
        var counts = new long[bins];
        foreach (double x in samples)
            if (x >= from && x <= to) counts[Math.Min((int)((x - from) / width), bins - 1)]++;
        return new(name, [.. Enumerable.Range(0, bins + 1).Select(i => from + (i * width))],
            [.. counts.Select(count => count / (samples.Length * width))]);
    }
}
