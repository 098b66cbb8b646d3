using ScottPlot;

namespace Figures.Drawing;

/// <summary>Fewer points that look the same.</summary>
public static class Decimation
{
    /// <summary>
    /// A curve with ascending x through the lowest and highest point of each of <paramref name="most"/>/2 groups; other curves stay as they
    /// are.
    /// </summary>
    internal static IReadOnlyList<Coordinates> Curve(Coordinates[] points, int most)
    {
        if (points.Length <= most) return points;
        for (int i = 1; i < points.Length; i++)
            if (!(points[i].X >= points[i - 1].X)) return points;
        var kept = new List<Coordinates>(most + 2) { points[0] };
        int groups = most / 2;
        for (int g = 0; g < groups; g++)
        {
            int from = (int)((long)points.Length * g / groups), to = (int)((long)points.Length * (g + 1) / groups);
            int low = from, high = from;
            for (int i = from; i < to; i++)
            {
                if (!(points[i].Y >= points[low].Y)) low = i;
                if (!(points[i].Y <= points[high].Y)) high = i;
            }
            kept.Add(points[Math.Min(low, high)]);
            if (low != high) kept.Add(points[Math.Max(low, high)]);
        }
        kept.Add(points[^1]);
        return kept;
    }

    /// <summary>The same for two arrays.</summary>
    public static (double[] Xs, double[] Ys) Curve(double[] xs, double[] ys, int most)
    {
        var kept = Curve([.. xs.Zip(ys, (x, y) => new Coordinates(x, y))], most);
        return ([.. kept.Select(point => point.X)], [.. kept.Select(point => point.Y)]);
    }

    /// <summary>At most so many entries, evenly chosen.</summary>
    public static int[] Indices(int count, int most) =>
        count <= most ? [.. Enumerable.Range(0, count)]
            : [.. Enumerable.Range(0, most).Select(i => (int)((long)i * (count - 1) / (most - 1)))];
}
