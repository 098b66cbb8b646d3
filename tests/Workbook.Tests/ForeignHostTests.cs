using Shared.Program;

namespace Workbook.Tests;

/// <summary>
/// The library in a program that is not ours and refers to nothing of ours, as in Microsoft's own tool: what a figure needs is found beside
/// Figures.dll, never only among what the program itself was started with.
/// </summary>
public sealed class ForeignHostTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    const string Still = "image/png=", Chart = "application/vnd.plotly.v1+json=";

    [Fact]
    public void Every_kind_of_figure_is_shown_and_updated()
    {
        (string Cell, string[] Forms)[] figures =
        [
            ("plot", [Still]),
            ("plot.Interactive()", [Still, Chart]),
            ("new Plot(\"points\", \"x\", \"y\").Points(\"p\", xs, ys).Interactive()", [Still, Chart]),
            ("new Plot(\"histogram\", \"x\", \"y\").Histogram(\"h\", ys, 10, -1, 1).Interactive()", [Still, Chart]),
            ("new Plot(\"band\", \"x\", \"y\").Band(\"b\", xs, ys.Select(y => y - 1), ys).HorizontalLine(\"0\", 0).VerticalLine(\"1\", 1).Note(1, 0, \"here\").Interactive()", [Still, Chart]),
            ("new Plot(\"bars\", \"x\", \"y\").Bars(new[] { \"a\", \"b\" }, new[] { 1.0, 2 }).Interactive()", [Still, Chart]),
            ("new Plot(\"arrows\", \"x\", \"y\").Arrows(xs, ys, ys, xs).EqualAxes().Interactive()", [Still, Chart]),
            ("new Plot(\"path\", \"x\", \"y\").Path(\"p\", xs, ys).Interactive()", [Still, Chart]),
            ("new HeatMap(\"heat\", \"x\", \"y\", torch.rand(5, 6).ToGrid(), (0, 1), (0, 1), \"value\").Interactive()", [Still, Chart]),
            ("new Diagram(\"diagram\").Box(\"a\", \"A\", 0, 0).Box(\"b\", \"B\", 1, 0).Arrow(\"a\", \"b\")", [Still]),
            ("Images.Of(\"images\", images)", [Still]),
            ("new Panels(\"panels\", 2, plot, Images.Of(\"images\", images)).Interactive()", [Still, Chart]),
            ("Slider.Over(\"slider\", \"t\", new[] { 0, 1, 2 }, t => new Plot($\"t = {t}\", \"x\", \"y\").Line(\"l\", xs, ys.Select(y => y * t)))", [Still, Chart]),
            ("new Animation(\"film\", Enumerable.Range(1, 3).Select(i => Images.Of(\"images\", images / i)))", [Still, "text/markdown="]),
        ];
        string setup = $"""
            #r "{WorkbookProgram.Bin}/TorchSharp.dll"
            #r "{WorkbookProgram.Bin}/Diffusion.dll"
            #r "{WorkbookProgram.Bin}/Diffusion.Models.dll"
            #r "{WorkbookProgram.Bin}/Figures.dll"
            #r "{WorkbookProgram.Bin}/Course.dll"
            using TorchSharp;
            using Figures;
            using Course.Display;
            double[] xs = Enumerable.Range(0, 20).Select(i => 0.1 * i).ToArray(), ys = xs.Select(Math.Sin).ToArray();
            var images = torch.rand(4, 1, 8, 8);
            var plot = new Plot("plot", "x", "y").Line("l", xs, ys);
            """;
        string cells = scratch["cells.txt"];
        File.WriteAllText(cells, string.Join("\n---\n", figures.Select(figure => figure.Cell).Prepend(setup).Append("var shown = plot.Show();\nshown.Update(plot);")));

        string host = Path.Combine(WorkbookProgram.Bin, "..", "..", "tests", "ForeignHost", "bin", Configuration, "ForeignHost.dll");
        WorkbookProgram.Ended ended = WorkbookProgram.RunDll(host, scratch.Folder, cells);
        Assert.True(ended.ExitCode == 0, ended.Error);
        string[] lines = ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == figures.Length + 2, ended.Output);
        foreach (((string cell, string[] forms), string line) in figures.Zip(lines))
        {
            Assert.StartsWith("ReturnValueProduced: ", line);
            Assert.All(forms, form => Assert.True(line.Contains(form, StringComparison.Ordinal), $"{cell}: {line}"));
        }
        Assert.StartsWith("DisplayedValueProduced: ", lines[^2]);
        Assert.StartsWith("DisplayedValueUpdated: ", lines[^1]);
    }

#if DEBUG
    const string Configuration = "Debug";
#else
    const string Configuration = "Release";
#endif
}
