
namespace Figures.Tests;

public class BadInputTests
{
    static readonly Plot plot = new("The plot", "x", "y");

    public static TheoryData<Action, string> Sentences => new()
    {
        { () => plot.Line("a", [1, 2, 3], [1, 2]), "Figure 'The plot', layer 'a': xs has 3 values and ys has 2, expected the same number." },
        { () => plot.Line("a", []), "Figure 'The plot', layer 'a': ys is empty, expected at least one number." },
        { () => plot.Line("a", [double.NaN, double.NaN]), "Figure 'The plot', layer 'a': ys holds 2 values and none is a finite number, so there is nothing to draw." },
        { () => plot.Points("a", [1, 2], [1, 2], [0.1]), "Figure 'The plot', layer 'a': ys has 2 values and errors has 1, expected the same number." },
        { () => plot.Band("a", [1, 2], [1, 2], [3]), "Figure 'The plot', layer 'a': xs has 2 values and high has 1, expected the same number." },
        { () => plot.Histogram("a", [1, 2], bins: 0), "Figure 'The plot', layer 'a': bins is 0, expected 1 to 2000." },
        { () => plot.Histogram("a", [1, 2], low: 3, high: 1), "Figure 'The plot', layer 'a': low is 3 and high is 1, expected low < high." },
        { () => plot.Bars(["one"], [1, 2]), "Figure 'The plot': labels has 1 entries and values has 2, expected the same number." },
        { () => plot.HorizontalLine("h", double.NaN), "Figure 'The plot', layer 'h': y is NaN, expected a finite number." },
        { () => plot.Range(xMin: 2, xMax: 1), "Figure 'The plot': xMin is 2 and xMax is 1, expected xMin < xMax." },
        { () => plot.Line("a", [-1, 0]).LogY().ToPng(), "Figure 'The plot': no value above 0 for the logarithmic y axis, so there is nothing to draw: use a linear axis." },
        { () => plot.Line("a", [1, 2]).LogY().Range(yMin: 0).ToPng(), "Figure 'The plot': the range of the logarithmic y axis ends at 0, expected ends above 0." },
        { () => _ = new HeatMap("Map", "x", "y", new double[,] { { double.NaN } }, (0, 1), (0, 1), "v"), "Figure 'Map': the grid of values holds 1 values and none is a finite number, so there is nothing to draw." },
        { () => _ = new HeatMap("Map", "x", "y", new double[,] { { 1 } }, (1, 1), (0, 1), "v"), "Figure 'Map': x is (1, 1), expected (low, high) with low < high." },
        { () => ImageGrid.Of("Grid", Images.Flat(1, 2, 28, 28, 0)), "Figure 'Grid': the images have shape (1, 2, 28, 28), expected (N, C, H, W) with C = 1 or 3 and N ≥ 1." },
        { () => ImageGrid.Of("Grid", Images.Flat(3, 1, 2, 2, 0), captions: ["a"]), "Figure 'Grid': captions has 1 entries for 3 images, expected one for each." },
        { () => _ = new Animation("Film", []), "Animation 'Film' has no frames, expected at least one figure." },
        { () => _ = new Panels("Two", 2), "Figure 'Two' has no panels, expected at least one figure." },
        { () => new Diagram("Map").Box("a", "A", 0, 0).Arrow("a", "b"), "Diagram 'Map' has no box 'b' to draw an arrow at: add the boxes first (it has a)." },
        { () => new Diagram("Map").Box("a", "A", 0, 0).Box("a", "B", 1, 0), "Diagram 'Map' has a box 'a' already: give this one another name." },
        { () => Slider.Over("S", "t", Array.Empty<int>(), _ => plot), "Slider 'S' has no positions, expected at least one value." },
        { () => Slider.Over("S", "t", [1], _ => new Diagram("d")), "Slider 'S': Diagram cannot move under a slider, expected Plot, HeatMap, ImageGrid, or Panels of these." },
        { () => plot.Line("a", [1, 2]).Save("plot.jpg"), "The file name 'plot.jpg' ends in '.jpg', expected .png or .svg for this kind of figure (.gif for an Animation)." },
        { () => plot.Line("a", [1, 2]).Save("plot.gif"), "The file name 'plot.gif' ends in '.gif', expected .png or .svg for this kind of figure (.gif for an Animation)." },
    };

    [Theory, MemberData(nameof(Sentences))]
    public void Bad_input_gives_one_clear_sentence(Action act, string sentence)
    {
        var error = Assert.ThrowsAny<Exception>(act);
        Assert.StartsWith(sentence, error.Message);
        Assert.True(error is ArgumentException or InvalidOperationException, error.GetType().Name);
    }

    [Fact]
    public void A_size_beyond_reason_is_refused() =>
        Assert.StartsWith("Width is 20 px, expected 40 to 4000.", Assert.Throws<ArgumentOutOfRangeException>(() => plot with { Width = 20 }).Message);

    [Theory]
    [InlineData(new[] { 2.0 })]
    [InlineData(new[] { 2.0, 2.0, 2.0 })]
    [InlineData(new[] { 1e-300, 2e-300 })]
    [InlineData(new[] { -1e300, 1e300 })]
    [InlineData(new[] { 1.0, double.PositiveInfinity, 3.0 })]
    public void Odd_but_drawable_data_is_drawn(double[] ys) => Assert.NotEmpty(plot.Line("a", ys).Histogram("h", ys, 5).ToPng());

    [Fact]
    public void An_empty_plot_is_drawn_empty() => Assert.NotEmpty(plot.ToPng());
}
