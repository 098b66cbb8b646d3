namespace Workbook.Tests;

/// <summary>The committed chapters.</summary>
public class ChapterTests
{
    public static TheoryData<string> Chapters => [.. Directory.EnumerateFiles(Folder, "*.ipynb").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static string Folder => Path.Combine(WorkbookProgram.Bin, "..", "..", "notebooks");

    [Theory]
    [MemberData(nameof(Chapters))]
    public void A_chapter_is_a_whole_notebook(string chapter) => NotebookRules.AssertHold(Path.Combine(Folder, chapter));

    /// <summary>Chapters 00 to 05 are shown to a class; the others may follow.</summary>
    [Theory]
    [MemberData(nameof(Chapters))]
    public void A_chapter_makes_slides(string chapter)
    {
        if (string.CompareOrdinal(chapter, "06") < 0) NotebookRules.AssertSlides(Path.Combine(Folder, chapter));
    }
}
