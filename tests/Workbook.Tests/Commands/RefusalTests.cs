using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary>What cannot be done is told in one sentence, before any cell runs, and leaves nothing behind.</summary>
public sealed class RefusalTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Run(params string[] arguments) => WorkbookProgram.Run(scratch.Folder, arguments);

    void AssertRefused(int exitCode, string sentence, WorkbookProgram.Ended ended)
    {
        Assert.Equal((exitCode, "", sentence + "\n"), (ended.ExitCode, ended.Output, ended.Error));
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [Theory]
    [InlineData("run has no option --nonsense. See workbook --help.", "run", "--nonsense", "x.ipynb")]
    [InlineData("-p T is not of the form name=value. See workbook --help.", "run", "x.ipynb", "-p", "T")]
    [InlineData("--timeout soon is not a positive number of seconds. See workbook --help.", "run", "x.ipynb", "--timeout", "soon")]
    [InlineData("--timeout 0 is not a positive number of seconds. See workbook --help.", "run", "x.ipynb", "--timeout", "0")]
    [InlineData("--output and --in-place exclude each other. See workbook --help.", "run", "x.ipynb", "--in-place", "--output", "out")]
    [InlineData("", "sing")]
    public void A_wrong_command_line_ends_with_2(string sentence, params string[] arguments)
    {
        WorkbookProgram.Ended ended = Run(arguments);
        Assert.Equal((2, ""), (ended.ExitCode, ended.Output));
        Assert.Equal(1, ended.Error.Count(c => c == '\n'));
        if (sentence.EndsWith('.')) Assert.Equal(sentence + "\n", ended.Error);
    }

    [Fact]
    public void A_knob_must_exist_in_every_notebook_given()
    {
        scratch.Notebook("a.ipynb", "@parameters: int seed = 1; int T = 5;");
        scratch.Notebook("b.ipynb", "@parameters: int seed = 1;\ndouble beta = 0.1;");
        AssertRefused(1, "b.ipynb has no knob 'T': its knobs are seed, beta.", Run("run", "a.ipynb", "b.ipynb", "-p", "T=6", "--output", "out"));
        AssertRefused(1, "-p T=much: 'much' is not an int; expected a whole number from -2147483648 to 2147483647.", Run("run", "a.ipynb", "-p", "T=much", "--output", "out"));
    }

    [Fact]
    public void A_file_that_is_no_notebook_is_refused()
    {
        scratch.Write("bad.ipynb", "{\n \"cells\": [\n  oops\n ]}");
        AssertRefused(1, "bad.ipynb, line 3 is not valid JSON ('o' is an invalid start of a value): restore the file, or repair that line.", Run("run", "bad.ipynb", "--output", "out"));
        AssertRefused(1, "none.ipynb does not exist: check the name and the current directory.", Run("run", "none.ipynb", "--output", "out"));
        Directory.CreateDirectory(scratch["empty"]);
        AssertRefused(1, "empty holds no notebook (*.ipynb): check the folder.", Run("run", "empty", "--output", "out"));
    }

    [Fact]
    public void Two_notebooks_of_one_name_are_not_written_over_each_other()
    {
        scratch.Notebook("a/x.ipynb", "1");
        scratch.Notebook("b/x.ipynb", "1");
        AssertRefused(1, "Two of the notebooks would be written to out/x.ipynb: run them one at a time, or into different folders.", Run("run", "a", "b", "--output", "out"));
    }

    [Fact]
    public void An_output_folder_that_cannot_be_made_is_told_before_anything_runs()
    {
        scratch.Notebook("x.ipynb", "System.IO.File.WriteAllText(\"ran\", \"\");");
        scratch.Write("file", "");
        WorkbookProgram.Ended ended = Run("run", "x.ipynb", "--output", "file/out");
        Assert.Equal((1, ""), (ended.ExitCode, ended.Output));
        Assert.StartsWith("The output folder file/out cannot be made: ", ended.Error);
        Assert.Equal(1, ended.Error.Count(c => c == '\n'));
        Assert.False(File.Exists(scratch["ran"]));
    }

    [Fact]
    public void A_full_disk_is_one_sentence_and_leaves_the_old_file()
    {
        if (OperatingSystem.IsWindows()) return; // there is no limit on the size of a file to stand in for a full disk
        scratch.Notebook("x.ipynb", "new string('x', 100_000)");
        scratch.Write("out/x.ipynb", "old");
        using var process = WorkbookProgram.StartCommand("bash", scratch.Folder, "-c", WorkbookProgram.WithFileLimit(8, "run x.ipynb --output out"));
        WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
        Assert.Equal((1, "out/x.ipynb cannot be written: the file would be larger than this session's file-size limit (ulimit -f); raise the limit.\n"), (ended.ExitCode, ended.Error));
        Assert.Equal("old", File.ReadAllText(scratch["out/x.ipynb"]));
        Assert.False(File.Exists(scratch["out/x.ipynb.part"]));
    }
}
