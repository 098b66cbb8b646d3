using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary>Copies of notebooks mean the same files from wherever they lie.</summary>
public sealed class ExportTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Run(params string[] arguments) => WorkbookProgram.Run(scratch.Folder, arguments);

    /// <summary>The source and the plain text of the outputs of a cell, counted from 1.</summary>
    (string Source, string Shown) Cell(string notebook, int cell)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(scratch[notebook]))!["cells"]![cell - 1]!;
        return (Text(json["source"]), string.Concat(json["outputs"]!.AsArray().Select(output => Text(output!["data"]?["text/plain"] ?? output["text"]))));
    }

    static string Text(JsonNode? lines) => string.Concat((lines as JsonArray ?? []).Select(line => (string)line!));

    /// <summary>A notebook beside a library folder and a data folder, as the chapters lie.</summary>
    string Chapter()
    {
        Directory.CreateDirectory(scratch["lib"]);
        File.Copy(typeof(Microsoft.CodeAnalysis.SyntaxTree).Assembly.Location, scratch["lib/Some.dll"]);
        scratch.Write("data/there.txt", "seen");
        string path = scratch.Notebook("book/one.ipynb", "#r \"../lib/Some.dll\" // the library\nusing System.IO;\nvar where = \"../data/there.txt\"; // not \"../data/there.txt\"",
            "File.ReadAllText(where)", "\"../data/new.gif\" + \"..\" + $\"{1}../data/there.txt\"");
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        json["cells"]![1]!["outputs"]!.AsArray().Add(new JsonObject { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = "kept" });
        File.WriteAllText(path, json.ToJsonString());
        return path;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_keeps_its_outputs_and_runs_from_another_folder(bool absolute)
    {
        string source = Chapter(), before = File.ReadAllText(source), up = absolute ? scratch.Folder : "../..";
        Assert.Equal((0, "1 notebook, written to far/away\n", ""), Fields(Run(["export", "book", "--to", "far/away", .. absolute ? (string[])["--absolute"] : []])));
        Assert.Equal(before, File.ReadAllText(source));
        NotebookRules.AssertHold(scratch["far/away/one.ipynb"]);
        Assert.Equal($"#r \"{up}/lib/Some.dll\" // the library\nusing System.IO;\nvar where = \"{up}/data/there.txt\"; // not \"../data/there.txt\"", Cell("far/away/one.ipynb", 1).Source);
        Assert.Equal("kept", Cell("far/away/one.ipynb", 2).Shown);
        Assert.Equal("\"../data/new.gif\" + \"..\" + $\"{1}../data/there.txt\"", Cell("far/away/one.ipynb", 3).Source);

        string place = "far/away/one.ipynb";
        if (absolute) // anywhere else again
        {
            Directory.CreateDirectory(scratch["elsewhere"]);
            File.Move(scratch[place], scratch["elsewhere/one.ipynb"]);
            place = "elsewhere/one.ipynb";
        }
        WorkbookProgram.Ended ended = Run("run", place, "--output", "ran");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Equal("seen", Cell("ran/one.ipynb", 2).Shown);
    }

    [Fact]
    public void Every_chapter_is_exported_with_what_it_refers_to()
    {
        Assert.Equal(0, Run("export", "--absolute", "--to", "copies").ExitCode);
        string[] chapters = [.. Directory.EnumerateFiles(Path.Combine(WorkbookProgram.Bin, "..", "..", "notebooks"), "*.ipynb").Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(chapters, Directory.EnumerateFiles(scratch["copies"]).Select(Path.GetFileName).Order());
        foreach (string chapter in chapters)
        {
            JsonArray cells = JsonNode.Parse(File.ReadAllText(scratch[$"copies/{chapter}"]))!["cells"]!.AsArray();
            string code = string.Join("\n", cells.Where(cell => (string?)cell!["cell_type"] == "code").Select(cell => Text(cell!["source"])));
            Assert.Contains($"#r \"{WorkbookProgram.Bin.Replace('\\', '/')}/Diffusion.dll\"", code);
            Assert.DoesNotContain("\"../", code);
        }
    }

    [Fact]
    public void What_cannot_be_exported_is_told_in_one_sentence_and_nothing_is_written()
    {
        string source = Chapter(), before = File.ReadAllText(source);
        Assert.Equal((1, "", "book/one.ipynb is itself to be exported and would be overwritten: choose another folder with --to.\n"), Fields(Run("export", "book/one.ipynb", "--to", "book")));
        File.Delete(scratch["lib/Some.dll"]);
        Assert.Equal((1, "", "book/one.ipynb refers to ../lib/Some.dll, which does not exist: build the library first, with dotnet build -c Release.\n"),
            Fields(Run("export", "book/one.ipynb", "--to", "out")));
        scratch.Notebook("other/one.ipynb", "1");
        scratch.Notebook("third/one.ipynb", "1");
        Assert.Equal((1, "", "Two of the notebooks would be written to out/one.ipynb: export them one at a time, into different folders.\n"), Fields(Run("export", "other", "third", "--to", "out")));
        Assert.Equal((2, "", "export has no option --sideways. See workbook --help.\n"), Fields(Run("export", "other", "--sideways")));
        Assert.False(Directory.Exists(scratch["out"]));
        Assert.Equal(before, File.ReadAllText(source));
    }

    static (int, string, string) Fields(WorkbookProgram.Ended ended) => (ended.ExitCode, ended.Output, ended.Error);
}
