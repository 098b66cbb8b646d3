using System.Diagnostics;

namespace Shared.Program;

/// <summary>The built program, as a user runs it.</summary>
static class WorkbookProgram
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static string Bin { get; } = Path.Combine(FindRoot(), "lib", "bin");

    public sealed record Ended(int ExitCode, string Output, string Error);

    public static Ended Run(string folder, params string[] arguments) => RunDll(Path.Combine(Bin, "workbook.dll"), folder, arguments);

    public static Ended RunDll(string program, string folder, params string[] arguments)
    {
        using Process process = Start(program, folder, arguments);
        return Wait(process);
    }

    public static Process Start(string program, string folder, params string[] arguments) => StartCommand("dotnet", folder, [program, .. arguments]);

    public static Process StartCommand(string command, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Remove("WORKBOOK_PICTURES");
        return Process.Start(start)!;
    }

    /// <summary>
    /// A line for bash that runs the program where no file may grow beyond this many KiB, in place of a full disk. The signal of that limit is ignored from
    /// the first moment, as the runtime does once it is up; and the runtime itself maps its code through a large file, unless told not to.
    /// </summary>
    public static string WithFileLimit(int kibibytes, string arguments) =>
        $"ulimit -f {kibibytes}; trap '' XFSZ; DOTNET_EnableWriteXorExecute=0 exec dotnet '{Path.Combine(Bin, "workbook.dll")}' {arguments}";

    public static Ended Wait(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The program did not end within {Limit.TotalMinutes} minutes.");
        }
        return new(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Kills the program with SIGKILL as soon as it has got so far.</summary>
    public static void KillOnce(Func<bool> soFar, Process process)
    {
        var waited = Stopwatch.StartNew();
        while (!soFar() && waited.Elapsed.TotalSeconds < 60 && !process.HasExited) Thread.Sleep(20);
        Assert.False(process.HasExited, "It ended before it could be killed.");
        process.Kill();
        process.WaitForExit();
    }

    static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Workbook.sln"))) return folder.FullName;
        throw new InvalidOperationException($"Workbook.sln was not found above {AppContext.BaseDirectory}.");
    }
}
