using System.Diagnostics;
using System.Text.Json.Nodes;
using Notebooks.Scripting;

namespace Notebooks.Running;

/// <summary>
/// Has cells executed in a process of their own and never runs one itself. When that process dies, or does not stop when asked to, the cell
/// ends with one sentence and a new process runs the next one.
/// </summary>
sealed class CellRunner : IDisposable
{
    /// <summary>How long a cell that was asked to stop may take before its process is killed.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>What to do when the process is gone.</summary>
    internal const string Again = "Its variables are gone: run the cells above again (Run All Above).";

    readonly string folder;
    readonly string? pictures;
    readonly int mostText;
    readonly Lock turn = new(); // held while a cell runs
    volatile WorkerProcess worker;
    volatile string? reason;
    bool isKnownLost;

    /// <param name="folder">The current directory of the cells.</param>
    /// <param name="pictures">The folder for pictures; null for what WORKBOOK_PICTURES says.</param>
    /// <param name="mostText">How many characters of console text are kept of a cell.</param>
    internal CellRunner(string folder, string? pictures, int mostText)
    {
        (this.folder, this.pictures, this.mostText) = (folder, pictures, mostText);
        worker = new WorkerProcess(folder, pictures, mostText);
    }

    /// <summary>What native code has written since the last call.</summary>
    internal IEnumerable<string> TakeNativeLines() => worker.HasEnded ? [] : worker.TakeNativeLines();

    /// <summary>Runs a cell, or evaluates an expression, and returns when it has ended.</summary>
    /// <param name="request">What the process is sent: number and code, or number and expression.</param>
    /// <param name="output">Takes the outputs in order.</param>
    /// <param name="answer">Answers what the cell asks; null for nobody.</param>
    /// <param name="look">Called at least ten times a second; says why the cell is to stop, null while it may run.</param>
    internal CellEnd Run(JsonObject request, Action<JsonObject> output, Func<JsonObject, JsonObject>? answer, Func<TimeSpan, string?> look)
    {
        using Lock.Scope mine = turn.EnterScope();
        // Between two cells: in a thread that one left behind, say.
        if (!isKnownLost && worker.HasEnded) output(Stderr($"The process that ran the cells {worker.Ending()}. {Again}\n"));
        Renew();
        WorkerProcess used = worker;
        used.Send(request);
        var time = Stopwatch.StartNew(); // of the cell, not of the start of its process
        TimeSpan? asked = null;
        while (true)
        {
            JsonObject? message = used.Receive(Glance);
            reason ??= look(time.Elapsed);
            if (message?["output"] is JsonObject said)
            {
                message.Remove("output");
                output(said);
            }
            else if (message?["done"] is JsonObject done)
            {
                message.Remove("done");
                return new CellEnd(done, IsLost: false);
            }
            else if (message?["ask"] is JsonObject question)
            {
                used.Send(answer?.Invoke(question) ?? new JsonObject { ["input"] = null });
            }
            else if (message?["ready"] is not null)
            {
                time.Restart();
            }
            else if (used.HasEnded)
            {
                return Lost($"The process that ran the cell {used.Ending()}.");
            }

            if (reason is not string why) continue;
            // again at every glance: the first may come before the cell has begun
            if (asked is null || message is null) used.Interrupt(why);
            asked ??= time.Elapsed;
            if (time.Elapsed - asked > Patience)
            {
                used.Kill();
                return Lost($"{why.TrimEnd('.')} and did not stop when asked to, so that its process was ended.");
            }
        }
    }

    /// <summary>Passes on what threads say that a cell has left behind; does nothing while one runs.</summary>
    internal void PassOn(Action<JsonObject> output)
    {
        if (!turn.TryEnter()) return;
        try
        {
            while (worker.Receive(TimeSpan.Zero) is JsonObject message)
            {
                if (message["output"] is not JsonObject said) continue;
                message.Remove("output");
                output(said);
            }
        }
        finally
        {
            turn.Exit();
        }
    }

    /// <summary>Makes ready for the next cell: what was asked of the last one is forgotten.</summary>
    internal void Begin() => reason = null;

    /// <summary>Starts another process in place of one that has ended.</summary>
    internal void Renew()
    {
        if (!isKnownLost && !worker.HasEnded) return;
        worker.Dispose();
        worker = new WorkerProcess(folder, pictures, mostText);
        isKnownLost = false;
    }

    /// <summary>Asks the cell that runs to stop; <see cref="Run"/> returns when it has.</summary>
    internal void Interrupt(string why)
    {
        reason ??= why;
        worker.Interrupt(why);
    }

    /// <summary>What the process says to an editor's question; null where it says nothing in time.</summary>
    internal JsonObject? Ask(string question, string code, int position, TimeSpan patience) =>
        worker.Ask(question, code, position, patience);

    public void Dispose() => worker.Dispose();

    CellEnd Lost(string what)
    {
        isKnownLost = true;
        string? hint = RuntimeHints.ForText(what);
        return new CellEnd(new JsonObject
        {
            ["output_type"] = "error",
            ["ename"] = "ProcessEnded",
            ["evalue"] = what,
            ["traceback"] = hint is null ? new JsonArray(what) : new JsonArray(hint, what),
        }, IsLost: true);
    }

    static JsonObject Stderr(string text) => new() { ["output_type"] = "stream", ["name"] = "stderr", ["text"] = text };
}
