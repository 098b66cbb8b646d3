using Figures.Colours;
using Figures.Layers;
using SkiaSharp;

namespace Figures.Tests;

public class GridTests
{
    [Fact]
    public void Row_0_of_a_heat_map_lies_at_the_bottom_and_column_0_at_the_left()
    {
        // One high value at (row 0, column 0): viridis' yellow end must be at the lower left.
        var pixels = new Pixels(new HeatMap("", "x", "y", new double[,] { { 1, 0 }, { 0, 0 } }, (0, 2), (0, 2), "v").ToPng());
        var yellow = pixels.Of(new SKColor(253, 231, 37)).Where(p => p.X < 1200).ToList();
        Assert.True(yellow.Count > 10_000);
        Assert.All(yellow, p => Assert.True(p.X < 700 && p.Y > 300, $"{p}"));
    }

    [Fact]
    public void Values_beyond_the_given_range_take_the_colour_of_its_end()
    {
        var narrow = new Pixels(new HeatMap("", "x", "y", new double[,] { { 5, 9 } }, (0, 2), (0, 1), "v", range: (0, 1)).ToPng());
        Assert.True(Pixels.IsNear(narrow[400, 400], narrow[900, 400], 2));
    }

    [Fact]
    public void A_signed_map_is_white_at_zero_and_symmetric()
    {
        var layer = new GridLayer(new double[,] { { -1, 4 } }, (0, 1), (0, 1), "v", ColourMap.Signed, null);
        Assert.Equal((-4, 4), layer.ColourRange);
        string[] colours = ColourMaps.Hex(ColourMap.Signed, 3);
        Assert.True(SKColor.Parse(colours[1]) is { Red: > 230, Green: > 225, Blue: > 225 }, colours[1]);
    }

    [Fact]
    public void The_ink_map_falls_in_equal_steps_of_lightness_from_white()
    {
        string[] colours = ColourMaps.Hex(ColourMap.Ink, 9);
        Assert.Equal("#ffffff", colours[0]);
        double[] lightness = [.. colours.Select(c => Lightness(SKColor.Parse(c)))];
        for (int i = 1; i < 9; i++) Assert.InRange(lightness[i - 1] - lightness[i], 0.07, 0.125);

        // OKLab's lightness, from sRGB (Ottosson 2020).
        static double Lightness(SKColor c)
        {
            double[] rgb = [.. new[] { c.Red, c.Green, c.Blue }.Select(v => v / 255.0).Select(v => v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4))];
            double l = Math.Cbrt((0.4122214708 * rgb[0]) + (0.5363325363 * rgb[1]) + (0.0514459929 * rgb[2]));
            double m = Math.Cbrt((0.2119034982 * rgb[0]) + (0.6806995451 * rgb[1]) + (0.1073969566 * rgb[2]));
            double s = Math.Cbrt((0.0883024619 * rgb[0]) + (0.2817188376 * rgb[1]) + (0.6299787005 * rgb[2]));
            return (0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s);
        }
    }

    [Fact]
    public void An_image_is_enlarged_to_crisp_squares_of_its_own_grey()
    {
        var image = new double[,,,] { { { { -1, 1 }, { 0, -1 } } } };
        var pixels = new Pixels(ImageGrid.Of("", image).ToPng());
        // 2 × 2 pixels of 56 CSS px each from (14, 8).
        Assert.Equal(new SKColor(0, 0, 0), pixels[28 + 10, 16 + 10]);
        Assert.Equal(new SKColor(255, 255, 255), pixels[28 + 112 + 10, 16 + 10]);
        Assert.InRange(pixels[28 + 10, 16 + 112 + 10].Red, 126, 129);
        Assert.Equal(new SKColor(0, 0, 0), pixels[28 + 111, 16 + 111]);
    }

    [Fact]
    public void Colour_images_keep_their_channels_and_values_outside_are_clipped()
    {
        var image = Images.Of(1, 3, 2, 2, (channel, _, _) => channel switch { 0 => 7, 1 => -7, _ => 0 });
        var middle = new Pixels(ImageGrid.Of("", image).ToPng())[60, 60];
        Assert.Equal((255, 0), (middle.Red, middle.Green));
        Assert.InRange(middle.Blue, 127, 128);
    }

    [Fact]
    public void Labels_stand_where_they_belong_and_the_grid_stays_within_720_px()
    {
        var digits = Images.Flat(40, 1, 28, 28, -1);
        var grid = ImageGrid.Of("Forty", digits, 10, rowLabels: ["linear", "cosine", "quadratic", "sigmoid"], columnLabels: Enumerable.Range(0, 10).Select(i => $"t = {i}"));
        Assert.InRange(grid.Width, 600, 720);
        var pixels = new Pixels(grid.ToPng());
        Assert.Equal(2 * grid.Height, pixels.Height);
        int firstImage = Enumerable.Range(2, pixels.Width - 2).First(x => pixels.InkIn(x, pixels.Height / 2, x + 1, (pixels.Height / 2) + 40) == 40);
        Assert.InRange(pixels.InkIn(20, 130, firstImage - 10, pixels.Height - 28), 400, 20_000);
        Assert.True(pixels.InkIn(firstImage, 80, pixels.Width - 28, 112) > 300, "column labels");
    }

    [Fact]
    public void Fewer_images_than_places_leave_the_rest_white() =>
        Assert.Equal(new SKColor(255, 255, 255), new Pixels(ImageGrid.Of("", Images.Flat(3, 1, 28, 28, -1), 2).ToPng()) is var p ? p[p.Width - 60, p.Height - 60] : default);

    [Fact]
    public void Panels_stand_side_by_side()
    {
        var panel = new Plot("left", "x", "y").Line("a", [0, 1]);
        var pixels = new Pixels(new Panels("Both", 2, panel, panel with { Title = "right" }).ToPng());
        var blue = pixels.Of(Pixels.Blue);
        Assert.Contains(blue, p => p.X < 680);
        Assert.Contains(blue, p => p.X > 760);
        Assert.Equal(blue.Count(p => p.X < 720), blue.Count(p => p.X >= 720), 60.0);
    }

    [Fact]
    public void A_diagram_draws_an_arrow_from_box_to_box()
    {
        var diagram = new Diagram("Two").Box("a", "x_t\nnoisy", 0, 0, "one").Box("b", "x_{t−1}", 1, 0, "two");
        int without = new Pixels(diagram.ToPng()).InkIn(700, 100, 740, 250), with = new Pixels(diagram.Arrow("a", "b").ToPng()).InkIn(700, 100, 740, 250);
        Assert.Equal(0, without);
        Assert.True(with > 60, $"{with}");
    }
}
