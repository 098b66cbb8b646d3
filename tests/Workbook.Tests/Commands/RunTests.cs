using System.Diagnostics;
using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary>The program as a user sees it: each test starts it.</summary>
public sealed class RunTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Run(params string[] arguments) => WorkbookProgram.Run(scratch.Folder, ["run", .. arguments]);

    JsonArray Cells(string notebook) => JsonNode.Parse(File.ReadAllText(scratch[notebook]))!["cells"]!.AsArray();

    /// <summary>Everything a cell shows, as text.</summary>
    string Shown(string notebook, int cell) => string.Concat(Cells(notebook)[cell - 1]!["outputs"]!.AsArray().Select(output =>
        Text(output!["text"]) + Text(output["data"]?["text/plain"]) + (output["ename"] is JsonNode name ? $"{name}: {output["evalue"]}" : "")));

    static string Text(JsonNode? lines) => string.Concat((lines as JsonArray ?? []).Select(line => (string)line!));

    [Fact]
    public void A_notebook_is_executed_where_it_lies_and_written_as_nbformat_wants_it()
    {
        scratch.Write("deep/there.txt", "seen");
        scratch.Notebook("deep/one.ipynb", "using System;\nusing System.IO;", "@parameters: int seed = 1;\nvar rate = 0.5;",
            "Console.WriteLine(File.ReadAllText(\"there.txt\"));\nConsole.Error.Write(Environment.GetEnvironmentVariable(\"WORKBOOK_PICTURES\"));\nnew Random(seed).Next()", "", "rate * 2", "Console.ReadLine() is null");
        WorkbookProgram.Ended ended = Run("deep/one.ipynb", "--output", "to/out", "-p", "rate=1e-1", "-p", "seed=7");

        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        // On a slow machine a line every half minute comes before it.
        Assert.Matches(@"^(one  cell \d/6  [^\n]+\n)*one  6 cells, written to to/out/one.ipynb  [^\n]*\d s\n$", ended.Output);
        NotebookRules.AssertHold(scratch["to/out/one.ipynb"]);
        Assert.Equal("// Parameters\nrate = 0.1;\nseed = 7;", Text(Cells("to/out/one.ipynb")[2]!["source"]));
        Assert.Equal($"seen\n{scratch["to/out/data"]}{new Random(7).Next()}", Shown("to/out/one.ipynb", 4));
        Assert.Equal("0.2", Shown("to/out/one.ipynb", 6));
        Assert.Equal("True", Shown("to/out/one.ipynb", 7));
        Assert.Equal([1, 2, 3, 4, null, 5, 6], Cells("to/out/one.ipynb").Select(cell => (int?)cell!["execution_count"]));
        Assert.DoesNotContain(".part", string.Join(" ", Directory.EnumerateFiles(scratch.Folder, "*", SearchOption.AllDirectories)));

        byte[] first = File.ReadAllBytes(scratch["to/out/one.ipynb"]);
        Assert.Equal(0, Run("deep/one.ipynb", "--output", "to/out", "-p", "rate=1e-1", "-p", "seed=7").ExitCode);
        Assert.Equal(first, File.ReadAllBytes(scratch["to/out/one.ipynb"]));
    }

    [Fact]
    public void Only_in_place_writes_the_notebook_itself()
    {
        string path = scratch.Notebook("notebooks/one.ipynb", "System.Environment.GetEnvironmentVariable(\"WORKBOOK_PICTURES\")");
        string before = File.ReadAllText(path);
        Assert.Equal(0, Run("notebooks", "--output", "out").ExitCode);
        Assert.Equal(before, File.ReadAllText(path));
        Assert.Equal(0, Run("notebooks", "--in-place").ExitCode);
        Assert.Equal(scratch["data"], Shown("notebooks/one.ipynb", 1));
        NotebookRules.AssertHold(path);
    }

    [Fact]
    public void A_failing_cell_is_named_and_what_there_was_is_written_and_the_others_run_only_when_asked_to()
    {
        string bad = scratch.Notebook("bad.ipynb", "int Half(int n)\n{\n    if (n % 2 != 0) throw new System.ArgumentException(\"n is odd:\\ntry 2.\");\n    return n / 2;\n}",
            "System.Console.Write(\"so far\");\nint a = Half(4);\nint b = Half(3);", "\"never\"");
        JsonObject stale = JsonNode.Parse(File.ReadAllText(bad))!.AsObject();
        stale["cells"]![2]!["outputs"]!.AsArray().Add(new JsonObject { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = "from an earlier run" });
        File.WriteAllText(bad, stale.ToJsonString());
        scratch.Notebook("good.ipynb", "1");

        WorkbookProgram.Ended ended = Run("bad.ipynb", "good.ipynb", "--output", "out", "--keep-going");
        Assert.Equal(1, ended.ExitCode);
        Assert.Equal("bad.ipynb failed in cell [2] at line 3 (int b = Half(3);): ArgumentException: n is odd: try 2.\n", ended.Error);
        Assert.Equal("so farArgumentException: n is odd:\ntry 2.", Shown("out/bad.ipynb", 2));
        Assert.Equal("", Shown("out/bad.ipynb", 3));
        Assert.Null(Cells("out/bad.ipynb")[2]!["execution_count"]);
        Assert.Equal("1", Shown("out/good.ipynb", 1));
        NotebookRules.AssertHold(scratch["out/bad.ipynb"]);

        Assert.Equal(1, Run("bad.ipynb", "good.ipynb", "--output", "stopped").ExitCode);
        Assert.False(File.Exists(scratch["stopped/good.ipynb"]));
    }

    [Fact]
    public void A_cell_that_takes_too_long_fails()
    {
        scratch.Notebook("long.ipynb", "System.Console.Write(1);", "System.Console.Write(2);\nwhile (true) { }");
        WorkbookProgram.Ended ended = Run("long.ipynb", "--output", "out", "--timeout", "15");
        Assert.Equal((1, "long.ipynb failed in cell [2]: Interrupted: The cell ran longer than 15 s.\n"), (ended.ExitCode, ended.Error));
        Assert.Equal("2Interrupted: The cell ran longer than 15 s.", Shown("out/long.ipynb", 2));
    }

    [Fact]
    public void Every_kind_of_busy_cell_is_stopped_and_what_it_said_is_written()
    {
        string[] cells =
        [
            "await Task.Delay(10);\nwhile (true) { }",
            "while (true) try { Thread.Sleep(Timeout.Infinite); } catch { }",
            "while (true) { try { Thread.SpinWait(10); } finally { Thread.SpinWait(100); } }",
            "int Down(int n) { while (true) n++; }\nDown(1)",
        ];
        string[] names = [.. cells.Select((_, i) => $"busy{i}.ipynb")];
        foreach ((string name, string cell) in names.Zip(cells))
            scratch.Notebook(name, "using System.Threading;\nusing System.Threading.Tasks;", $"System.Console.Write(\"begun\");\n{cell}", "3");
        Assert.Equal(1, Run([.. names, "--output", "out", "--timeout", "7", "--keep-going"]).ExitCode);
        foreach (string name in names)
        {
            Assert.Matches("^begun(Interrupted: The cell ran longer than 7 s|ProcessEnded: )", Shown($"out/{name}", 2)); // the runtime may end the process in the act
            Assert.Equal("", Shown($"out/{name}", 3));
        }
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Asked_to_stop_it_writes_what_there_is(string signal)
    {
        scratch.Notebook("long.ipynb", "System.Console.Write(\"before\");", "System.Console.Write(\"begun\");\nSystem.IO.File.WriteAllText(\"begun\", \"\");\nwhile (true) { }", "3");
        // A shell's background job inherits SIGINT as ignored, and so would the program: env gives it back.
        using Process process = WorkbookProgram.StartCommand("env", scratch.Folder,
            ["--default-signal=INT", "dotnet", Path.Combine(WorkbookProgram.Bin, "workbook.dll"), "run", "long.ipynb", "--output", "out"]);
        WaitFor(() => File.Exists(scratch["begun"]));
        Signal(signal, process.Id);
        WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
        Assert.Equal((130, ""), (ended.ExitCode, ended.Error));
        Assert.Contains("interrupted, written to out/long.ipynb", ended.Output);
        Assert.Equal("before", Shown("out/long.ipynb", 1));
        Assert.Equal("begunInterrupted: The cell was interrupted.", Shown("out/long.ipynb", 2));
        NotebookRules.AssertHold(scratch["out/long.ipynb"]);
    }

    [Fact]
    public void A_crash_of_the_process_is_one_sentence_and_what_there_was_is_written()
    {
        scratch.Notebook("crash.ipynb", "int Deeper(int n) => Deeper(n + 1) + 1;", "System.Console.WriteLine(\"last words\");\nDeeper(0)", "3");
        WorkbookProgram.Ended ended = Run("crash.ipynb", "--output", "out");
        Assert.Equal((1, "crash.ipynb failed in cell [2]: the process that ran the cell was aborted (SIGABRT): Stack overflow.\n"), (ended.ExitCode, ended.Error));
        Assert.Equal("last words\nProcessEnded: The process that ran the cell was aborted (SIGABRT): Stack overflow.", Shown("out/crash.ipynb", 2));
        NotebookRules.AssertHold(scratch["out/crash.ipynb"]);
    }

    [Fact]
    public void A_shape_that_libtorch_does_not_forgive_ends_the_process_with_its_reason()
    {
        scratch.Notebook("shape.ipynb", $"#r \"{WorkbookProgram.Bin}/TorchSharp.dll\"\nusing TorchSharp;", "torch.matmul(torch.ones(2, 3), torch.ones(2))");
        Assert.Matches(@"^shape\.ipynb failed in cell \[2\]: the process that ran the cell was aborted \(SIGABRT\): size mismatch, ", Run("shape.ipynb", "--output", "out").Error);
    }

    [Fact]
    public void Killing_the_program_leaves_no_process_behind()
    {
        scratch.Notebook("long.ipynb", "System.IO.File.WriteAllText(\"part\", System.Environment.ProcessId.ToString());\nSystem.IO.File.Move(\"part\", \"pid\");\nSystem.Threading.Thread.Sleep(-1);");
        using Process process = WorkbookProgram.Start(Path.Combine(WorkbookProgram.Bin, "workbook.dll"), scratch.Folder, "run", "long.ipynb", "--output", "out");
        WaitFor(() => File.Exists(scratch["pid"]));
        using var worker = Process.GetProcessById(int.Parse(File.ReadAllText(scratch["pid"])));
        process.Kill();
        Assert.True(worker.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Cells_and_library_share_one_TorchSharp()
    {
        scratch.Notebook("torch.ipynb", $"#r \"{WorkbookProgram.Bin}/TorchSharp.dll\"\n#r \"{WorkbookProgram.Bin}/Diffusion.dll\"\nusing System;\nusing System.Linq;\nusing TorchSharp;\nusing Diffusion.Devices;",
            "Compute.Seed(1);\nvar ones = Enumerable.Repeat(1.0, 3).ToTensor();\n(ones * 2).ToDoubles()",
            "typeof(Compute).GetProperty(\"Device\").PropertyType.Assembly == typeof(torch.Tensor).Assembly",
            "string.Join(\" \", AppDomain.CurrentDomain.GetAssemblies().Where(a => a.GetName().Name is \"TorchSharp\" or \"Diffusion\").Select(a => a.Location).Order())");
        WorkbookProgram.Ended ended = Run("torch.ipynb", "--output", "out");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Equal("[ 2, 2, 2 ]", Shown("out/torch.ipynb", 2));
        Assert.Equal("True", Shown("out/torch.ipynb", 3));
        Assert.Equal($"{WorkbookProgram.Bin}/Diffusion.dll {WorkbookProgram.Bin}/TorchSharp.dll", Shown("out/torch.ipynb", 4));
    }

    [Fact]
    public void Much_text_arrives_whole()
    {
        scratch.Notebook("much.ipynb", "for (int i = 0; i < 100_000; i++) System.Console.WriteLine(i);");
        Assert.Equal(0, Run("much.ipynb", "--output", "out").ExitCode);
        Assert.Equal(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i}\n")), Shown("out/much.ipynb", 1));
    }

    [Fact]
    public void The_tags_of_nbclient_mean_what_they_mean_there()
    {
        scratch.Notebook("tags.ipynb", "@raises-exception: int kept = 1;\nthrow new Exception(\"meant\");", "@skip-execution: throw new Exception(\"never\");", "@raises-exception: kept + 1", "kept + 2");
        WorkbookProgram.Ended ended = Run("tags.ipynb", "--output", "out");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Equal(["Exception: meant", "", "2", "3"], Enumerable.Range(1, 4).Select(cell => Shown("out/tags.ipynb", cell)));
        Assert.Equal([1, null, 2, 3], Cells("out/tags.ipynb").Select(cell => (int?)cell!["execution_count"]));
        NotebookRules.AssertHold(scratch["out/tags.ipynb"]);
    }

    [Theory]
    [InlineData("""{"name": "python3", "language": "python", "display_name": "Python 3"}""", "a notebook for python (its kernel is python3)")]
    [InlineData("""{"name": "python3"}""", "a notebook for python (its kernel is python3)")]
    [InlineData("""{"name": ".net-fsharp", "language": "F#"}""", "a notebook for F# (its kernel is .net-fsharp)")]
    public void A_notebook_of_another_language_is_refused_in_one_sentence(string kernel, string what)
    {
        JsonObject foreign = SmallNotebook.Json("print(1)");
        foreign["metadata"]!["kernelspec"] = JsonNode.Parse(kernel);
        scratch.Write("foreign.ipynb", foreign.ToJsonString());
        WorkbookProgram.Ended ended = Run("foreign.ipynb", "--output", "out");
        Assert.Equal((1, $"foreign.ipynb is {what}, and this program runs C#: run it with a kernel of that language, or choose the kernel Diffusion Workbook (C#) for it in Jupyter or VS Code and save it.\n"), (ended.ExitCode, ended.Error));
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [Fact]
    public void A_link_stays_and_a_file_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows()) return;
        string real = scratch.Notebook("deep/real.ipynb", "1 + 1"), link = scratch["link.ipynb"];
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, "deep/real.ipynb");
        Assert.Equal(0, Run("link.ipynb", "--in-place").ExitCode);
        Assert.Equal("deep/real.ipynb", new FileInfo(link).LinkTarget);
        Assert.Equal("2", Shown("deep/real.ipynb", 1));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
    }

    [Theory]
    [InlineData("while (true) Console.WriteLine(new string('x', 1000));", @"\n… [0-9,]+ more characters of text were left out: of one cell's console text the first 2,000,000 characters are kept\.\n")]
    [InlineData("while (true) display(new string('x', 1_000_000));", @"\n… [0-9,]+ more values were left out: of one cell's values the first 100,000,000 characters are kept\.\n")]
    [InlineData("throw new Exception(new string('x', 50_000_000));", " …")]
    public void A_flood_is_cut_and_says_so(string code, string said)
    {
        scratch.Notebook("flood.ipynb", code);
        WorkbookProgram.Ended ended = Run("flood.ipynb", "--output", "out", "--timeout", "10");
        Assert.Equal(1, ended.ExitCode);
        Assert.True(new FileInfo(scratch["out/flood.ipynb"]).Length < 120_000_000);
        Assert.Matches(said, Shown("out/flood.ipynb", 1));
        Assert.True(ended.Error.Length < 200_000);
    }

    static void WaitFor(Func<bool> condition)
    {
        var time = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(time.Elapsed < TimeSpan.FromMinutes(1), "The cell did not begin.");
            Thread.Sleep(20);
        }
    }

    static void Signal(string name, int process)
    {
        using Process kill = Process.Start("kill", [$"-{name}", process.ToString()]);
        kill.WaitForExit();
    }
}
