using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text.Json.Nodes;

namespace Notebooks.Running;

/// <summary>
/// The process in which the cells of one notebook are executed: its memory comes back, its crash takes nobody along, and native libraries
/// are loaded once. The two talk over pipes of their own, since native code writes to standard output as it likes.
/// </summary>
sealed class WorkerProcess : IDisposable
{
    const int MostLines = 50, MostWaiting = 64;

    readonly AnonymousPipeServerStream requests = new(PipeDirection.Out, HandleInheritability.Inheritable);
    readonly AnonymousPipeServerStream events = new(PipeDirection.In, HandleInheritability.Inheritable);
    readonly BlockingCollection<JsonObject> received = new(MostWaiting); // a cell that says more than is heard waits
    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject?>> questions = new();
    readonly ConcurrentQueue<string> native = new();
    readonly MessageWriter sender;
    readonly Process process;
    int asked;

    /// <param name="folder">The current directory of the process.</param>
    /// <param name="pictures">The folder for pictures, which it finds in WORKBOOK_PICTURES; null for what this process has there.</param>
    /// <param name="mostText">How many characters of console text it passes on of a cell.</param>
    internal WorkerProcess(string folder, string? pictures, int mostText)
    {
        string program = Path.Combine(AppContext.BaseDirectory, Worker.Program);
        string self = Environment.ProcessPath!;
        bool byHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var start = new ProcessStartInfo(self)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[.. byHost ? (string[])[program] : [], Worker.Command, requests.GetClientHandleAsString(),
            events.GetClientHandleAsString(), mostText.ToString()])
            start.ArgumentList.Add(argument);
        if (pictures is not null) start.Environment["WORKBOOK_PICTURES"] = pictures;

        process = Process.Start(start)!;
        requests.DisposeLocalCopyOfClientHandle();
        events.DisposeLocalCopyOfClientHandle();
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        sender = new MessageWriter(requests);
        var reader = new MessageReader(events);
        new Thread(() =>
        {
            while (reader.Read() is JsonObject message)
            {
                if (message["answer"] is not JsonNode id) received.Add(message);
                else if (questions.TryRemove((int)id, out TaskCompletionSource<JsonObject?>? question)) question.TrySetResult(message);
            }
            received.CompleteAdding();
            foreach (TaskCompletionSource<JsonObject?> question in questions.Values) question.TrySetResult(null);
        })
        { IsBackground = true, Name = "Events" }.Start();
    }

    /// <summary>Whether everything has been received that will ever come.</summary>
    internal bool HasEnded => received.IsCompleted;

    internal void Send(JsonObject request) => sender.Write(request);

    /// <summary>What the process says to an editor's question; null where it says nothing in time.</summary>
    internal JsonObject? Ask(string question, string code, int position, TimeSpan patience)
    {
        int id = Interlocked.Increment(ref asked);
        var answer = new TaskCompletionSource<JsonObject?>(TaskCreationOptions.RunContinuationsAsynchronously);
        questions[id] = answer;
        if (HasEnded) answer.TrySetResult(null);
        sender.Write(new JsonObject { ["id"] = id, ["question"] = question, ["code"] = code, ["position"] = position });
        JsonObject? said = answer.Task.Wait(patience) ? answer.Task.Result : null;
        questions.TryRemove(id, out _);
        return said;
    }

    internal void Interrupt(string reason) => sender.Write(new JsonObject { ["interrupt"] = reason });

    /// <summary>The next message, if one comes in time.</summary>
    internal JsonObject? Receive(TimeSpan wait) => received.TryTake(out JsonObject? message, wait) ? message : null;

    internal void Kill()
    {
        try { process.Kill(entireProcessTree: true); }
        catch (InvalidOperationException) { }
    }

    /// <summary>How the process ended by itself, as the end of a sentence.</summary>
    internal string Ending()
    {
        process.WaitForExit(5000);
        if (!process.HasExited) return "closed its pipe";
        process.WaitForExit(); // drains the two streams
        int signal = OperatingSystem.IsWindows() ? 0 : process.ExitCode - 128;
        string how = signal switch
        {
            4 => "was ended by an illegal instruction (SIGILL)",
            6 => "was aborted (SIGABRT)",
            7 => "was ended by a bus error (SIGBUS)",
            8 => "was ended by an arithmetic error (SIGFPE)",
            9 => "was killed (SIGKILL), as the system does when memory runs out",
            11 => "was ended by a memory access violation in native code (SIGSEGV)",
            15 => "was asked to end (SIGTERM)",
            _ => $"ended with exit code {process.ExitCode}",
        };
        string? why = native.Select(line => line.Split("what():")).FirstOrDefault(parts => parts.Length > 1)?[1]
            ?? native.FirstOrDefault(Tells);
        if (why?.TrimEnd('.') is "Fatal error" or "Process terminated")
            why = native.SkipWhile(line => line != why).ElementAtOrDefault(1) ?? why;
        return why is null ? how : $"{how}: {why.Trim().TrimEnd('.')}";

        static bool Tells(string line) => line.StartsWith("Stack overflow", StringComparison.Ordinal)
            || line.StartsWith("Fatal error", StringComparison.Ordinal)
            || line.StartsWith("Unhandled exception", StringComparison.Ordinal)
                || line.StartsWith("terminate called", StringComparison.Ordinal)
            || line.StartsWith("Process terminated", StringComparison.Ordinal);
    }

    /// <summary>What native code has written to standard output and error since the last call.</summary>
    internal IEnumerable<string> TakeNativeLines()
    {
        while (native.TryDequeue(out string? line)) yield return line;
    }

    public void Dispose()
    {
        sender.Dispose(); // the worker ends when its pipe does
        if (!process.WaitForExit(3000)) Kill();
        process.Dispose();
        events.Dispose();
    }

    void Keep(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line) && native.Count < MostLines) native.Enqueue(line);
    }
}
