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
}
