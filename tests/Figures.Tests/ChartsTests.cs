using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text.Json;
using Figures.Drawing;

namespace Figures.Tests;

/// <summary>The interactive renderer, loaded as in a notebook: from lib/bin/charts, into a room of its own.</summary>
public class ChartsTests
{
    static string ChartsPath
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Workbook.sln"))) folder = Path.GetDirectoryName(folder);
            return Path.Combine(folder!, "lib", "bin", "charts", "Figures.Plotly.dll");
        }
    }

    internal static readonly IChartRenderer Renderer = ChartLoader.Load(ChartsPath)!;

    static JsonElement Json(Figure figure) => JsonDocument.Parse(Renderer.ToJson(figure)).RootElement;

    [Fact]
    public void Plotly_stays_in_a_room_of_its_own_and_shares_the_library()
    {
        var room = AssemblyLoadContext.GetLoadContext(Renderer.GetType().Assembly)!;
        Assert.NotSame(AssemblyLoadContext.Default, room);
        Assert.Contains(room.Assemblies, a => a.GetName().Name == "Figures.Plotly");
        Json(new Plot("p", "x", "y").Line("a", [1, 2]));
        Assert.Contains(room.Assemblies, a => a.GetName().Name == "FSharp.Core");
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, a => a.GetName().Name is "Plotly.NET" or "FSharp.Core" or "Giraffe.ViewEngine");
    }

    [Fact]
    public void Without_the_chart_library_a_figure_is_silently_still()
    {
        Assert.Null(ChartLoader.Load(Path.Combine(AppContext.BaseDirectory, "nowhere", "Figures.Plotly.dll")));
        Assert.Null(ChartLoader.Load(typeof(ChartsTests).Assembly.Location)); // a library, but not of charts
        var plot = new Plot("p", "x", "y").Line("a", [1, 2]);
        Assert.Same(plot, InteractiveFigure.Of(plot, null));
    }

    [Fact]
    public void No_type_of_plotly_shows_in_the_library()
    {
        var assembly = typeof(Figure).Assembly;
        Assert.DoesNotContain(assembly.GetReferencedAssemblies(), a => a.Name is "Plotly.NET" or "FSharp.Core" or "DynamicObj");
        var foreign = assembly.GetExportedTypes().SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .OfType<MethodInfo>().SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType))
            .Where(t => t.Namespace is { } n && (n.StartsWith("SkiaSharp", StringComparison.Ordinal) || n.StartsWith("ScottPlot", StringComparison.Ordinal) || n.StartsWith("ImageMagick", StringComparison.Ordinal)));
        Assert.Empty(foreign);
    }

    [Fact]
    public void Numbers_come_back_from_the_json_and_axes_keep_their_kind()
    {
        var root = Json(new Plot("ᾱ_t", "t", "y").Line("ᾱ_t", [1, 10, 100], [0.123456789, double.NaN, 3]).HorizontalLine("bound", 0.5).LogX());
        var trace = root.GetProperty("data")[0];
        Assert.Equal("scatter", trace.GetProperty("type").GetString());
        Assert.Equal("ᾱ<sub>t</sub>", trace.GetProperty("name").GetString());
        Assert.Equal(0.12346, trace.GetProperty("y")[0].GetDouble());
        Assert.Equal(JsonValueKind.Null, trace.GetProperty("y")[1].ValueKind);
        Assert.Equal("#0072b2", trace.GetProperty("line").GetProperty("color").GetString());
        var layout = root.GetProperty("layout");
        Assert.Equal("log", layout.GetProperty("xaxis").GetProperty("type").GetString());
        Assert.Equal(0.5, layout.GetProperty("shapes")[0].GetProperty("y0").GetDouble());
        Assert.False(layout.TryGetProperty("width", out _));        // it is as wide as the page lets it be
        Assert.True(layout.GetProperty("autosize").GetBoolean());
    }

    [Fact]
    public void What_a_linear_axis_cannot_show_is_left_out_and_a_logarithmic_one_keeps_it()
    {
        double[] x = [0, 1e-20, 1, 2], y = [1e-30, 0.123456, 2.99999, 3];
        double[] Drawn(Plot plot, string axis) => [.. Json(plot.Line("l", x, y)).GetProperty("data")[0].GetProperty(axis).EnumerateArray().Select(v => v.GetDouble())];
        Assert.Equal([0, 0, 1, 2], Drawn(new Plot("p", "x", "y"), "x"));
        Assert.Equal([0, 0.1235, 3, 3], Drawn(new Plot("p", "x", "y"), "y"));
        Assert.Equal([1e-30, 0.12346, 3, 3], Drawn(new Plot("p", "x", "y").LogY(), "y"));
        Assert.Equal(0, Json(new Plot("p", "x", "y").Points("every layer", x, y)).GetProperty("data")[0].GetProperty("y")[0].GetDouble());
    }

    [Theory]
    [InlineData("cosine", 1)]
    [InlineData("another", 2)]
    public void Panels_share_a_legend_where_they_show_the_same_and_each_has_its_own_where_not(string second, int legends)
    {
        Plot Panel(string title, string name) => new Plot(title, "x", "y").Line("linear", [0, 1], [0, 1]).Line(name, [0, 1], [0, 1]).HorizontalLine("bound", 0.5);
        var root = Json(new Panels("both", 2, Panel("a", "cosine"), Panel("b", second)));
        var layout = root.GetProperty("layout");
        string[] names = [.. layout.EnumerateObject().Select(p => p.Name).Where(n => n.StartsWith("legend", StringComparison.Ordinal)).Order()];
        Assert.Equal(new[] { "legend", "legend2" }.Take(legends), names);
        double[] places = [.. names.Select(name => layout.GetProperty(name).GetProperty("y").GetDouble())];
        Assert.Equal(places.OrderDescending(), places);         // one below the other, below the plots
        Assert.All(places, y => Assert.True(y < layout.GetProperty("yaxis").GetProperty("domain")[0].GetDouble()));
        var entries = root.GetProperty("data").EnumerateArray().Concat(layout.GetProperty("shapes").EnumerateArray()).Where(entry => entry.GetProperty("showlegend").GetBoolean());
        Assert.Equal(3 * legends, entries.Select(entry => (entry.GetProperty("legend").GetString(), entry.GetProperty("name").GetString())).Distinct().Count());
        Assert.Equal(3 * legends, entries.Count());             // nothing is listed twice
    }

    [Fact]
    public void A_title_that_is_longer_than_a_narrow_page_is_broken_into_lines()
    {
        var annotation = Json(new Plot("The noise that is in x_t, and the best guess that can be made of it", "x", "y").Line("a", [0, 1])).GetProperty("layout").GetProperty("annotations")[0];
        string text = annotation.GetProperty("text").GetString()!;
        Assert.Contains("<br>", text);
        Assert.All(text.Split("<br>"), line => Assert.InRange(MathText.Width(line.Replace("<sub>", "").Replace("</sub>", ""), 17), 1, 360));
    }

    [Fact]
    public void Every_layer_has_an_interactive_form()
    {
        double[] x = [0, 1, 2];
        var plot = new Plot("all", "x", "y").Line("l", x, x).Points("p", x, x, x).Band("b", x, x, x).Histogram("h", x, 3).Arrows(x, x, x, x).Path("w", x, x).VerticalLine("v", 1).Note(1, 1, "n");
        Assert.Equal(["scatter", "scatter", "scatter", "scatter", "scatter", "scatter"], Json(plot).GetProperty("data").EnumerateArray().Select(t => t.GetProperty("type").GetString()));
        Assert.Equal("bar", Json(new Plot("b", "x", "y").Bars(["a"], [1])).GetProperty("data")[0].GetProperty("type").GetString());
        var map = Json(new HeatMap("h", "x", "y", new double[,] { { 1, 2 }, { 3, 4 } }, (0, 4), (0, 2), "v")).GetProperty("data")[0];
        Assert.Equal((1.0, 2.0, 0.5), (map.GetProperty("x0").GetDouble(), map.GetProperty("dx").GetDouble(), map.GetProperty("y0").GetDouble()));
        Assert.Equal(3, map.GetProperty("z")[1][0].GetDouble());
    }

    [Fact]
    public void A_slider_has_a_frame_for_each_position_that_its_step_names()
    {
        var slider = (Slider)Slider.Over("s", "t", [0, 500, 1000], t => new Panels("", 2, ImageGrid.Of($"t = {t}", Images.Flat(1, 1, 4, 4, (t / 500) - 1)),
            new Plot("p", "x", "y").Line("a", [0, 1], [0, t])));
        var root = Json(slider);
        var frames = root.GetProperty("frames").EnumerateArray().ToArray();
        var steps = root.GetProperty("layout").GetProperty("sliders")[0].GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(["0", "500", "1000"], steps.Select(s => s.GetProperty("label").GetString()));
        Assert.Equal(frames.Select(f => f.GetProperty("name").GetString()), steps.Select(s => s.GetProperty("args")[0][0].GetString()));
        Assert.All(frames, f => Assert.False(f.GetProperty("data")[1].TryGetProperty("x", out _)));       // nothing is said twice that does not move
        Assert.Equal([0.0, 1.0], root.GetProperty("data")[1].GetProperty("x").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal([0.0, 500.0, 1000.0], frames.Select(f => f.GetProperty("data")[1].GetProperty("y")[1].GetDouble()));
        Assert.Equal(3, frames.Select(f => f.GetProperty("data")[0].GetProperty("source").GetString()).Distinct().Count());
        Assert.StartsWith("data:image/png;base64,iVBOR", frames[0].GetProperty("data")[0].GetProperty("source").GetString());
    }

    [Fact]
    public void The_html_shows_the_still_picture_and_brings_the_chart_with_it()
    {
        var plot = new Plot("</script><b>", "x", "y").Line("a", [1, 2]);
        string html = InteractiveFigure.Of(plot, Renderer).ToHtml();
        Assert.Contains("<img alt=\"&lt;/script&gt;", html);
        Assert.Equal(1, html.Split("</script>").Length - 1); // the title cannot end the script
        Assert.Contains($"'{PlotlyHtml.Integrity}'", html);
        Assert.Equal(html, InteractiveFigure.Of(plot, Renderer).ToHtml());
    }

    [Fact]
    public void The_integrity_hash_is_that_of_the_plotly_js_that_plotly_net_carries()
    {
        var plotly = AssemblyLoadContext.GetLoadContext(Renderer.GetType().Assembly)!.LoadFromAssemblyName(new("Plotly.NET"));
        string name = plotly.GetManifestResourceNames().Single(n => n.EndsWith(".min.js", StringComparison.Ordinal));
        Assert.Contains(PlotlyHtml.Version, name);
        using var stream = plotly.GetManifestResourceStream(name)!;
        Assert.Equal(PlotlyHtml.Integrity, "sha384-" + Convert.ToBase64String(SHA384.HashData(stream)));
    }
}
