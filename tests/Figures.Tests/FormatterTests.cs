using Microsoft.DotNet.Interactive.Formatting;

namespace Figures.Tests;

/// <summary>Whether an engine that knows nothing of this library finds its formatters: the formatter of .NET Interactive itself is asked.</summary>
public class FormatterTests
{
    static readonly Plot plot = new Plot("p", "x", "y").Line("a", [1, 2]);

    public static TheoryData<Figure> Kinds =>
    [
        plot,
        new HeatMap("h", "x", "y", new double[,] { { 1, 2 } }, (0, 1), (0, 1), "v").Line("over", [0, 1], [0, 1]),
        ImageGrid.Of("g", Images.Flat(1, 1, 4, 4, 0)),
        new Panels("two", 2, plot, plot),
        new Diagram("d").Box("a", "A", 0, 0),
        new Animation("film", [plot, plot]),
        Slider.Over("s", "t", [1, 2], _ => plot),
    ];

    /// <summary>What the engine writes into a cell's output: every preferred MIME type with its text.</summary>
    static Dictionary<string, string> Shown(object value) =>
        Formatter.GetPreferredMimeTypesFor(value.GetType()).ToDictionary(mimeType => mimeType, mimeType => value.ToDisplayString(mimeType));

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_figure_is_shown_as_picture_and_text_and_what_moves_as_markdown_too(Figure figure)
    {
        var shown = Shown(figure);
        // A picture is stored once: its alt text is the plain text, and a chapter of a dozen figures stays small.
        Assert.Equal(figure is Animation ? ["image/png", "text/markdown", "text/plain"] : ["image/png", "text/plain"], shown.Keys.Order());
        Assert.Equal(figure.ToPng(), Convert.FromBase64String(shown["image/png"]));
        Assert.Equal(figure.ToString(), shown["text/plain"]);
        if (figure is Animation film) Assert.Equal($"![{figure.Alt}](data:image/gif;base64,{Convert.ToBase64String(film.ToGif())})", shown["text/markdown"]);
    }

    [Fact]
    public void An_interactive_figure_is_also_shown_as_a_chart()
    {
        var shown = Shown(InteractiveFigure.Of(plot, ChartsTests.Renderer));
        Assert.Equal(["application/vnd.plotly.v1+json", "image/png", "text/plain"], shown.Keys.Order());
        Assert.StartsWith("{\"data\":[", shown["application/vnd.plotly.v1+json"]);
    }
}
