using System.Diagnostics;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary><c>workbook train-classifier</c> as a user runs it: stopped, and with what it refuses. What it learns is the library's test.</summary>
public sealed class TrainClassifierTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Train(params string[] arguments) => WorkbookProgram.Run(scratch.Folder, ["train-classifier", .. arguments]);

    [Theory]
    [InlineData]
    [InlineData("--noisy")]
    public void Stopped_in_the_middle_it_says_so_and_leaves_no_model(params string[] options)
    {
        string program = Path.Combine(WorkbookProgram.Bin, "workbook.dll");
        using Process process = WorkbookProgram.StartCommand("env", scratch.Folder,
            ["--default-signal=INT", "OMP_NUM_THREADS=1", "dotnet", program, "train-classifier", "--output", "new", .. options]);
        var waited = Stopwatch.StartNew();
        while (!Directory.Exists(scratch["new"]) && waited.Elapsed.TotalSeconds < 60) Thread.Sleep(20);
        Thread.Sleep(3000);     // the digits are read, the first steps done
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
        Assert.Equal(130, ended.ExitCode);
        Assert.Matches("^Stopped after step [0-9,]+ of 5,616: nothing was written.\n$", ended.Error);
        Assert.Equal([], Directory.GetFiles(scratch["new"]));
    }

    [Theory]
    [InlineData("--epochs 0 is not a whole number from 1. See workbook --help.\n", "--output", "new", "--epochs", "0")]
    [InlineData("--seed x is not a whole number. See workbook --help.\n", "--output", "new", "--seed", "x")]
    [InlineData("Option '--output' is required. See workbook --help.\n")]
    public void A_wrong_option_ends_with_2(string sentence, params string[] options)
    {
        WorkbookProgram.Ended ended = Train(options);
        Assert.Equal((2, "", sentence), (ended.ExitCode, ended.Output, ended.Error));
        Assert.False(Directory.Exists(scratch["new"]));
    }

    [Fact]
    public void A_folder_that_is_taken_or_cannot_be_made_is_refused_before_the_first_step()
    {
        scratch.Write("taken/config.json", "{}");
        scratch.Write("file", "");
        WorkbookProgram.Ended taken = Train("--output", "taken"), file = Train("--output", "file");
        Assert.Equal((1, "", "taken holds a finished model: choose another folder.\n"), (taken.ExitCode, taken.Output, taken.Error));
        Assert.Equal((1, "", "file cannot be made a folder (it is a file): choose another place.\n"), (file.ExitCode, file.Output, file.Error));
    }
}
