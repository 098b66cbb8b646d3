namespace Diffusion;

/// <summary>
/// One thing drawn in a plot. Layers of one name share a colour and an entry in the legend; a layer without a name is context, thin and
/// grey.
/// </summary>
abstract record Layer(string Name)
{
    /// <summary>All the points that must be visible, as (x, y); a NaN says nothing about its axis.</summary>
    internal abstract IEnumerable<(double X, double Y)> Extent { get; }

    /// <summary>What it is, for the alt text.</summary>
    internal abstract string Kind { get; }
}

/// <summary>A curve through points in the order given.</summary>
sealed record LineLayer(string Name, double[] Xs, double[] Ys) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => Xs.Zip(Ys);
    internal override string Kind => "line";
}

/// <summary>A trajectory in the plane: a thin curve with a ring where it starts and a dot where it ends.</summary>
sealed record PathLayer(string Name, double[] Xs, double[] Ys) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => Xs.Zip(Ys);
    internal override string Kind => "path";
}

/// <summary>Marks, with error bars of ±<paramref name="Errors"/> where given.</summary>
sealed record PointsLayer(string Name, double[] Xs, double[] Ys, double[]? Errors) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => Errors is null ? Xs.Zip(Ys)
        : Xs.Zip(Ys).Concat(Xs.Zip(Ys.Zip(Errors, (y, e) => y - e))).Concat(Xs.Zip(Ys.Zip(Errors, (y, e) => y + e)));
    internal override string Kind => "points";
}

/// <summary>The area between two curves.</summary>
sealed record BandLayer(string Name, double[] Xs, double[] Low, double[] High) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => Xs.Zip(Low).Concat(Xs.Zip(High));
    internal override string Kind => "band";
}

/// <summary>A histogram as a density: the bars' areas add up to the share of samples inside the edges. Bins + 1 edges.</summary>
sealed record HistogramLayer(string Name, double[] Edges, double[] Density) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => Edges.Select(x => (x, 0.0)).Concat(Edges.Skip(1).Zip(Density));
    internal override string Kind => "histogram";
}

/// <summary>Bars at 0, 1, 2, …, one a label.</summary>
sealed record BarsLayer(string Name, string[] Labels, double[] Values) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => Values.SelectMany((v, i) => new[] { (i - 0.5, 0.0), (i + 0.5, v) });
    internal override string Kind => "bars";
}

/// <summary>Arrows from (x, y) along (u, v), all scaled by one factor so that the longest fits between its neighbours.</summary>
sealed record ArrowsLayer(double[] Xs, double[] Ys, double[] Us, double[] Vs) : Layer("")
{
    internal override IEnumerable<(double, double)> Extent
    {
        get
        {
            double scale = Scale;
            return Enumerable.Range(0, Xs.Length).SelectMany(i =>
                new[] { (Xs[i], Ys[i]), (Xs[i] + (Us[i] * scale), Ys[i] + (Vs[i] * scale)) });
        }
    }

    internal override string Kind => "arrows";

    /// <summary>
    /// Length in data units of the longest arrow: 0.9 of the spacing the arrows would have on a regular grid over their own area.
    /// </summary>
    internal double Scale
    {
        get
        {
            double longest = Us.Zip(Vs, (u, v) => Math.Sqrt((u * u) + (v * v))).Where(double.IsFinite).DefaultIfEmpty(0).Max();
            double area = Math.Max(Xs.Max() - Xs.Min(), 1e-12) * Math.Max(Ys.Max() - Ys.Min(), 1e-12);
            return longest > 0 ? 0.9 * Math.Sqrt(area / Xs.Length) / longest : 0;
        }
    }
}

/// <summary>A straight reference line across the whole plot.</summary>
sealed record RuleLayer(string Name, double At, bool IsHorizontal) : Layer(Name)
{
    internal override IEnumerable<(double, double)> Extent => [IsHorizontal ? (double.NaN, At) : (At, double.NaN)];
    internal override string Kind => "reference line";
}

/// <summary>A few words at a place.</summary>
sealed record NoteLayer(double X, double Y, string Text) : Layer("")
{
    internal override IEnumerable<(double, double)> Extent => [(X, Y)];
    internal override string Kind => "note";
}

/// <summary>
/// Coloured cells: Values[row, column], row 0 at the bottom (low y), column 0 at the left (low x); the ranges are the outer edges.
/// </summary>
sealed record GridLayer(double[,] Values, (double Low, double High) X, (double Low, double High) Y, string Label, ColourMap Colours,
    (double Low, double High)? Range) : Layer("")
{
    internal override IEnumerable<(double, double)> Extent => [(X.Low, Y.Low), (X.High, Y.High)];
    internal override string Kind => "heat map";

    /// <summary>The values at the two ends of the colour bar.</summary>
    internal (double Low, double High) ColourRange
    {
        get
        {
            if (Range is { } given) return given;
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            foreach (double v in Values)
                if (double.IsFinite(v)) (low, high) = (Math.Min(low, v), Math.Max(high, v));
            if (Colours == ColourMap.Signed) (low, high) = (-Math.Max(-low, high), Math.Max(-low, high));
            return low < high ? (low, high) : (low - 0.5, low + 0.5);
        }
    }
}
