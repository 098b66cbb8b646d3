namespace Figures.Layers;

/// <summary>Arrows from (x, y) along (u, v), all scaled by one factor so that the longest fits between its neighbours.</summary>
public sealed record ArrowsLayer(double[] Xs, double[] Ys, double[] Us, double[] Vs) : Layer("")
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent
    {
        get
        {
            double scale = Scale;
            return Enumerable.Range(0, Xs.Length).SelectMany(
                i => new[] { (Xs[i], Ys[i]), (Xs[i] + (Us[i] * scale), Ys[i] + (Vs[i] * scale)) });
        }
    }

    /// <inheritdoc/>
    public override string Kind => "arrows";

    /// <summary>
    /// Length in data units of the longest arrow: 0.9 of the spacing the arrows would have on a regular grid over their own area.
    /// </summary>
    public double Scale
    {
        get
        {
            double longest = Us.Zip(Vs, (u, v) => Math.Sqrt((u * u) + (v * v))).Where(double.IsFinite).DefaultIfEmpty(0).Max();
            double area = Math.Max(Xs.Max() - Xs.Min(), 1e-12) * Math.Max(Ys.Max() - Ys.Min(), 1e-12);
            return longest > 0 ? 0.9 * Math.Sqrt(area / Xs.Length) / longest : 0;
        }
    }
}
