using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary>The program without any argument, in a workbook of its own.</summary>
public sealed class WholeWorkbookTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Without_a_command_every_chapter_runs_with_its_quick_values_and_only_out_is_written()
    {
        // Without the native libraries the program is small; without deps.json the runtime takes what lies beside it.
        Directory.CreateDirectory(scratch["book/lib/bin"]);
        foreach (string file in Directory.EnumerateFiles(WorkbookProgram.Bin).Where(file => Path.GetFileName(file) is "workbook.dll" or "workbook.runtimeconfig.json" || IsManagedPart(file)))
            File.Copy(file, scratch[$"book/lib/bin/{Path.GetFileName(file)}"]);
        scratch.Write("book/Workbook.sln", "");
        JsonObject quick = SmallNotebook.Json("@parameters: int T = 1000;\nint seed = 1;", "T + seed", "System.Environment.GetEnvironmentVariable(\"WORKBOOK_PICTURES\")");
        quick["metadata"]!["workbook"] = JsonNode.Parse("""{"quick": {"T": 10}}""");
        scratch.Write("book/notebooks/01-quick.ipynb", quick.ToJsonString());
        scratch.Notebook("book/notebooks/02-plain.ipynb", "@parameters: int T = 1000;", "T");
        string[] before = [.. Directory.EnumerateFiles(scratch["book/notebooks"]).Select(File.ReadAllText)];

        WorkbookProgram.Ended ended = WorkbookProgram.RunDll(scratch["book/lib/bin/workbook.dll"], Path.GetTempPath());
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Equal(2, ended.Output.Count(c => c == '\n'));

        JsonArray cells = JsonNode.Parse(File.ReadAllText(scratch["book/out/01-quick.ipynb"]))!["cells"]!.AsArray();
        Assert.Equal("11", (string)cells[2]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        Assert.Equal(scratch["book/out/data"], (string)cells[3]!["outputs"]![0]!["data"]!["text/plain"]![0]!);
        NotebookRules.AssertHold(scratch["book/out/01-quick.ipynb"]);
        NotebookRules.AssertHold(scratch["book/out/02-plain.ipynb"]);
        Assert.Equal(before, Directory.EnumerateFiles(scratch["book/notebooks"]).Select(File.ReadAllText));
        Assert.Equal(["Workbook.sln", "lib", "notebooks", "out"], Directory.EnumerateFileSystemEntries(scratch["book"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    static bool IsManagedPart(string file) => file.EndsWith(".dll", StringComparison.Ordinal)
        && new[] { "Microsoft.", "System.", "Notebooks." }.Any(start => Path.GetFileName(file).StartsWith(start, StringComparison.Ordinal));
}
