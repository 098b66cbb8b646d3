namespace Figures.Tests;

/// <summary>Plain arrays (N, C, H, W) to draw.</summary>
static class Images
{
    internal static double[,,,] Of(int n, int c, int h, int w, Func<int, int, int, double> value)
    {
        var images = new double[n, c, h, w];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < c; k++)
                for (int y = 0; y < h; y++)
                    for (int x = 0; x < w; x++) images[i, k, y, x] = value(k, y, x);
        return images;
    }

    internal static double[,,,] Flat(int n, int c, int h, int w, double value) => Of(n, c, h, w, (_, _, _) => value);

    /// <summary>Standard normal, by Box and Muller.</summary>
    internal static double[,,,] Noise(Random random, int n, int c, int h, int w) => Of(n, c, h, w,
        (_, _, _) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
