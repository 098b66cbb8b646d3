using System.Text.Json.Nodes;

namespace Workbook.Tests;

/// <summary>The committed chapters.</summary>
public class ChapterTests
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
            }
        });
    }
}
