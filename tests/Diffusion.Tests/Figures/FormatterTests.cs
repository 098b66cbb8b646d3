using Microsoft.DotNet.Interactive.Formatting;
using static TorchSharp.torch;

namespace Diffusion.Tests;

/// <summary>Whether an engine that knows nothing of this library finds its formatters: the formatter of .NET Interactive itself is asked.</summary>
public class FormatterTests
{
    static readonly Plot plot = new Plot("p", "x", "y").Line("a", [1, 2]);

    public static TheoryData<Figure> Kinds =>
    [
        plot,
        new HeatMap("h", "x", "y", new double[,] { { 1, 2 } }, (0, 1), (0, 1), "v").Line("over", [0, 1], [0, 1]),
        ImageGrid.Of("g", zeros(1, 1, 4, 4)),
        new Panels("two", 2, plot, plot),
        new Diagram("d").Box("a", "A", 0, 0),
        new Animation("film", [plot, plot]),
        Slider.Over("s", "t", [1, 2], _ => plot),
    ];

    /// <summary>What the engine writes into a cell's output: every preferred MIME type with its text.</summary>
    static Dictionary<string, string> Shown(object value) =>
        Formatter.GetPreferredMimeTypesFor(value.GetType()).ToDictionary(mimeType => mimeType, mimeType => value.ToDisplayString(mimeType));

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_figure_is_shown_as_html_picture_and_text(Figure figure)
    {
        var shown = Shown(figure);
        Assert.Equal(["image/png", "text/html", "text/plain"], shown.Keys.Order());
        Assert.Equal(figure.ToHtml(), shown["text/html"]);
        Assert.Equal(figure.ToPng(), Convert.FromBase64String(shown["image/png"]));
        Assert.Equal(figure.ToString(), shown["text/plain"]);
    }

    [Fact]
    public void An_interactive_figure_is_also_shown_as_a_chart()
    {
        var shown = Shown(InteractiveFigure.Of(plot, ChartsTests.Renderer));
        Assert.Equal(["application/vnd.plotly.v1+json", "image/png", "text/html", "text/plain"], shown.Keys.Order());
        Assert.StartsWith("{\"data\":[", shown["application/vnd.plotly.v1+json"]);
    }

    [Fact]
    public void A_check_is_shown_as_html_and_text()
    {
        var shown = Shown(new Remark(Verdict.Holds, "β_1 < 1", "measured 0.1", "a bound"));
        Assert.Equal(["text/html", "text/plain"], shown.Keys.Order());
        Assert.Contains("β<sub>1</sub> &lt; 1", shown["text/html"]);
        Assert.Equal("✓ β_1 < 1: measured 0.1 (a bound)", shown["text/plain"]);
    }
}
