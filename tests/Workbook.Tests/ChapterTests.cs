using System.Buffers.Binary;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shared.Program;

namespace Workbook.Tests;

/// <summary>The committed chapters.</summary>
public partial class ChapterTests
{
    public static TheoryData<string> Chapters => [.. Directory.EnumerateFiles(Folder, "*.ipynb").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static string Folder => Path.Combine(WorkbookProgram.Bin, "..", "..", "notebooks");

    [Theory]
    [MemberData(nameof(Chapters))]
    public void A_chapter_is_a_whole_notebook(string chapter) => NotebookRules.AssertHold(Path.Combine(Folder, chapter));

    [Theory]
    [MemberData(nameof(Chapters))]
    public void A_chapter_makes_slides(string chapter) => NotebookRules.AssertSlides(Path.Combine(Folder, chapter));

    /// <summary>VS Code shows neither HTML nor SVG of a workspace that is not trusted, and then nothing else of that output either.</summary>
    [Theory]
    [MemberData(nameof(Chapters))]
    public void Every_output_is_shown_where_HTML_is_not_and_nothing_is_said_on_standard_error(string chapter)
    {
        JsonObject[] outputs = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, chapter)))!["cells"]!.AsArray()
            .SelectMany(cell => cell!["outputs"] as JsonArray ?? []).Select(output => output!.AsObject())];
        Assert.NotEmpty(outputs);
        Assert.All(outputs, output =>
        {
            string kind = (string)output["output_type"]!;
            if (kind == "stream") Assert.Equal("stdout", (string)output["name"]!);
            else if (output["data"] is not JsonObject data) Assert.Fail($"An output of the kind {kind}.");
            else
            {
                string[] forms = [.. data.Select(form => form.Key)];
                Assert.DoesNotContain("text/html", forms);
                Assert.DoesNotContain("image/svg+xml", forms);
                Assert.Contains("text/plain", forms);
                if (forms.Contains("application/vnd.plotly.v1+json")) Assert.Contains("image/png", forms);
                if (data["image/png"] is { } png) AssertTwiceAsSharpAsShown(Convert.FromBase64String((string)png!), output["metadata"]!["image/png"]!);
            }
        });
    }

    /// <summary>What is wider scrolls on GitHub; what is longer is more than one thought.</summary>
    [Theory]
    [MemberData(nameof(Chapters))]
    public void Code_is_at_most_100_columns_wide_and_a_cell_at_most_25_lines_long(string chapter)
    {
        var cells = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, chapter)))!["cells"]!.AsArray().Where(cell => (string)cell!["cell_type"]! == "code")
            .Select(cell => cell!["source"]!.AsArray().Select(line => ((string)line!).TrimEnd('\n')).ToArray());
        Assert.All(cells, lines => Assert.InRange(lines.Length, 1, 25));
        Assert.All(cells.SelectMany(lines => lines), line => Assert.True(line.Length <= 100, $"{line.Length} columns: {line}"));
    }

    /// <summary>One of torch.tensor's overloads takes complex numbers, of an assembly for which Microsoft's tool writes a warning on standard error.</summary>
    [Theory]
    [MemberData(nameof(Chapters))]
    public void A_cell_makes_tensors_of_arrays_without_a_warning_in_Microsofts_tool(string chapter) => Assert.All(
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, chapter)))!["cells"]!.AsArray().Where(cell => (string)cell!["cell_type"]! == "code"),
        cell => Assert.DoesNotMatch(@"torch\.(as_)?tensor\(", string.Concat(cell!["source"]!.AsArray().Select(line => (string)line!))));

    /// <summary>A front end shows a picture at the size that is noted with it: so is all writing in it of one size, in figures and in films.</summary>
    static void AssertTwiceAsSharpAsShown(byte[] png, JsonNode noted)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        Assert.Equal((width, height), (2 * (int)noted["width"]!, 2 * (int)noted["height"]!));
        Assert.InRange((int)noted["width"]!, 40, 720);
    }

    /// <summary>KaTeX, which sets VS Code's formulas, breaks a line behind an operator that stands in no braces, and a table's cells are narrow.</summary>
    [Theory]
    [MemberData(nameof(Chapters))]
    public void A_formula_in_a_table_is_not_broken(string chapter)
    {
        var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, chapter)))!["cells"]!.AsArray().Where(cell => (string)cell!["cell_type"]! == "markdown")
            .SelectMany(cell => cell!["source"]!.AsArray()).Select(line => (string)line!).Where(line => line.StartsWith('|'));
        Assert.All(rows.SelectMany(row => Formula().Matches(row)).Select(match => match.Groups[1].Value), formula => Assert.True(
            !Operator().IsMatch(formula) || (formula.StartsWith('{') && formula.EndsWith('}')), $"put it in braces: ${formula}$"));
    }

    [GeneratedRegex(@"\$([^$]+)\$")]
    private static partial Regex Formula();

    [GeneratedRegex(@"[=+<>,-]|\\(le|ge|to|sim|approx|mid|cdot|times)\b")]
    private static partial Regex Operator();
}
