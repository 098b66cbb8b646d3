using Figures.Drawing;
using Figures.Layers;

namespace Figures.Tests;

public class PlotTests
{
    static readonly double[] xs = [.. Enumerable.Range(0, 101).Select(i => i / 100.0)];

    static Plot Diagonal => new Plot("A rising line", "time t [s]", "x_t").Line("rising", xs, xs);

    [Fact]
    public void A_picture_has_two_pixels_for_each_css_px_and_a_small_palette()
    {
        byte[] png = (Diagonal with { Width = 500, Height = 300 }).ToPng();
        var pixels = new Pixels(png);
        Assert.Equal((1000, 600), (pixels.Width, pixels.Height));
        Assert.Equal(3, png[25]); // colour type 3: a palette
        Assert.InRange(pixels.Colours(), 4, 64);
        Assert.True(png.Length < 30 * 1024, $"{png.Length} bytes");
    }

    [Fact]
    public void A_line_is_drawn_in_its_colour_where_its_data_is()
    {
        var blue = new Pixels(Diagonal.ToPng()).Of(Pixels.Blue);
        // From the lower left of the data area to its upper right, and nowhere off the straight line between.
        var (left, right) = (blue.MinBy(p => p.X), blue.MaxBy(p => p.X));
        Assert.True(left.Y > 600 && left.X < 260, $"{left}");
        Assert.True(right.Y < 160 && right.X > 1300, $"{right}");
        double slope = (right.Y - left.Y) / (double)(right.X - left.X);
        Assert.All(blue, p => Assert.InRange(p.Y - left.Y - (slope * (p.X - left.X)), -8, 8));
    }

    [Fact]
    public void A_falling_line_falls()
    {
        var blue = new Pixels(new Plot("", "x", "y").Line("falling", xs, xs.Select(x => 1 - x)).ToPng()).Of(Pixels.Blue);
        Assert.True(blue.MinBy(p => p.X).Y < blue.MaxBy(p => p.X).Y);
    }

    [Fact]
    public void A_NaN_leaves_a_gap()
    {
        var blue = new Pixels(new Plot("", "x", "y").Line("broken", xs, xs.Select(x => x is > 0.4 and < 0.6 ? double.NaN : x)).ToPng()).Of(Pixels.Blue);
        int left = blue.Min(p => p.X), right = blue.Max(p => p.X), middle = (left + right) / 2;
        Assert.DoesNotContain(blue, p => Math.Abs(p.X - middle) < (right - left) / 12);
        Assert.Contains(blue, p => p.X < middle);
        Assert.Contains(blue, p => p.X > middle);
    }

    [Fact]
    public void Title_and_both_axis_labels_and_numbers_are_there()
    {
        var with = new Pixels(Diagonal.ToPng());
        var without = new Pixels(new Plot("", "", "").Line("rising", xs, xs).ToPng());
        Assert.True(with.InkIn(20, 20, 400, 70) > 200, "title");
        Assert.True(with.InkIn(600, 735, 900, 790) > 200, "x label");
        Assert.True(with.InkIn(20, 300, 70, 500) > 100, "y label");
        Assert.True(without.InkIn(60, 740, 1440, 790) > 200, "numbers along x reach down where there is no label");
        Assert.Equal(0, new Pixels(Diagonal.ToPng()).InkIn(2, 2, 1438, 12)); // within the edge
    }

    [Fact]
    public void Series_take_the_palette_in_order_and_a_legend_appears_with_the_second()
    {
        var two = new Pixels(Diagonal.Line("falling", xs, xs.Select(x => 1 - x)).ToPng());
        Assert.True(two.Of(Pixels.Blue).Count > 500);
        Assert.True(two.Of(Pixels.Vermilion).Count > 500);
        Assert.True(two.Of(Pixels.Blue).Count(p => p.Y is > 80 and < 120) > 50, "the legend's key");
        Assert.DoesNotContain(new Pixels(Diagonal.ToPng()).Of(Pixels.Blue), p => p.Y < 90 && p.X < 200);
    }

    [Fact]
    public void Layers_of_one_name_share_one_colour()
    {
        var pixels = new Pixels(new Plot("", "x", "y").Line("a", xs, xs).Points("a", xs, xs.Select(x => x * x)).Band("a", xs, xs.Select(x => x / 2), xs).ToPng());
        Assert.Empty(pixels.Of(Pixels.Vermilion));
        Assert.NotEmpty(pixels.Of(Pixels.Blue));
    }

    [Fact]
    public void A_histogram_is_a_density_over_all_samples()
    {
        double[] samples = [.. Enumerable.Range(0, 1000).Select(i => (i + 0.5) / 1000)];
        var layer = Binning.Histogram("f", "u", samples, 10, 0, 0.5);
        Assert.Equal(11, layer.Edges.Length);
        Assert.All(layer.Density, d => Assert.Equal(1.0, d, 1e-12)); // U(0, 1) has density 1, though half of the samples lie outside
        Assert.Equal(0.5, layer.Density.Sum() * 0.05, 1e-12);
    }

    [Fact]
    public void A_logarithmic_axis_makes_a_power_law_straight_and_leaves_out_what_is_not_positive()
    {
        double[] x = [.. Enumerable.Range(0, 200).Select(i => Math.Pow(10, i / 50.0))];
        var blue = new Pixels(new Plot("", "x", "y").Line("power", x, x.Select(v => v * v)).LogX().LogY().ToPng()).Of(Pixels.Blue);
        var (left, right) = (blue.MinBy(p => p.X), blue.MaxBy(p => p.X));
        double slope = (right.Y - left.Y) / (double)(right.X - left.X);
        Assert.All(blue, p => Assert.InRange(p.Y - left.Y - (slope * (p.X - left.X)), -8, 8));

        var view = PlotView.Of(new Plot("", "x", "y").Points("p", [-1, 0, 10, 100], [1, 1, 1, 1]).LogX());
        Assert.InRange(view.Left, 0.9, 1.0);
        Assert.InRange(view.Right, 2.0, 2.1);
    }

    [Fact]
    public void Equal_axes_draw_a_circle_round()
    {
        double[] angles = [.. Enumerable.Range(0, 361).Select(i => i * Math.PI / 180)];
        var blue = new Pixels(new Plot("", "x", "y").Line("circle", angles.Select(Math.Cos), angles.Select(Math.Sin)).EqualAxes().ToPng()).Of(Pixels.Blue);
        double wide = blue.Max(p => p.X) - blue.Min(p => p.X), high = blue.Max(p => p.Y) - blue.Min(p => p.Y);
        Assert.InRange(wide / high, 0.99, 1.01);
        Assert.True(wide > 600);
    }

    [Fact]
    public void Arrows_keep_their_directions_and_the_longest_fits_the_grid()
    {
        var layer = new ArrowsLayer([0, 1, 0, 1], [0, 0, 1, 1], [3, 0, 0, -1], [4, 0, 0, 0]);
        Assert.Equal(0.9 * 0.5, 5 * layer.Scale, 1e-12);
        Assert.True(new Pixels(new Plot("", "x", "y").Arrows([0, 1], [0, 1], [1, -1], [1, -1]).ToPng()).InkIn(150, 30, 1400, 640) > 300);
    }

    [Fact]
    public void The_range_that_is_asked_for_is_the_range_that_is_shown()
    {
        var view = PlotView.Of(Diagonal.Range(xMin: -1, yMax: 3));
        Assert.Equal((-1, 3), (view.Left, view.Top));
        Assert.Equal(-1, PlotView.Of(Diagonal.LogX().Range(xMin: 0.1)).Left, 1e-12);
    }

    [Fact]
    public void A_plot_is_a_description_that_does_not_change()
    {
        var before = Diagonal;
        byte[] png = before.ToPng();
        _ = before.Line("another", xs, xs.Select(x => x * x)).LogX();
        Assert.Single(before.Layers);
        double[] ys = [1, 2, 3];
        var copied = new Plot("", "x", "y").Line("a", ys);
        ys[0] = 99;
        Assert.Equal(1, ((LineLayer)copied.Layers[0]).Ys[0]);
        Assert.Equal(png, before.ToPng());
    }

    [Fact]
    public void The_same_description_gives_the_same_bytes()
    {
        Plot Make() => Diagonal.Band("± σ", xs, xs.Select(x => x - 0.1), xs.Select(x => x + 0.1)).HorizontalLine("½", 0.5);
        Assert.Equal(Make().ToPng(), Make().ToPng());
        Assert.Equal(Make().ToSvg(), Make().ToSvg());
        Assert.Equal(Make().ToHtml(), Make().ToHtml());
    }

    [Fact]
    public void A_long_curve_keeps_its_extremes_when_thinned()
    {
        double[] x = [.. Enumerable.Range(0, 100_000).Select(i => (double)i)], y = new double[100_000];
        y[54_321] = 7;
        y[77_777] = -3;
        var (keptX, keptY) = Decimation.Curve(x, y, 600);
        Assert.InRange(keptX.Length, 300, 602);
        Assert.Equal(7, keptY.Max());
        Assert.Equal(-3, keptY.Min());
        Assert.Equal(54_321, keptX[Array.IndexOf(keptY, 7)]);
    }
}
