using System.Diagnostics;
using System.Text.Json.Nodes;
using Workbook.Notebooks;

namespace Workbook.Commands;

/// <summary>Executes one notebook in a process of its own and writes it, whatever happens, with the outputs there are.</summary>
sealed class NotebookRun(Notebook notebook, RunTarget target, TimeSpan? timeout, Progress progress, StopSignal stop)
{
    /// <summary>How long a cell that was asked to stop may take before its process is killed.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    readonly OutputCollector outputs = new();

    internal RunOutcome Execute()
    {
        IReadOnlyList<Cell> cells = notebook.CodeCells;
        foreach (Cell cell in notebook.Cells.Where(cell => cell.IsCode)) cell.Clear();
        progress.Begin(Path.GetFileNameWithoutExtension(notebook.Path));

        string? failure = null;
        using (var worker = new WorkerProcess(Path.GetDirectoryName(Path.GetFullPath(notebook.Path))!, target.Pictures))
        {
            for (int number = 1; number <= cells.Count && failure is null && !stop.IsRequested; number++)
                failure = Execute(worker, cells[number - 1], number);
            if (!worker.HasEnded)
                foreach (string line in worker.TakeNativeLines()) Console.Error.WriteLine($"{Shown.Path(notebook.Path)}: {line}");
        }
        outputs.Flush();
        notebook.Save(target.Output);

        string written = $"written to {Shown.Path(target.Output)}";
        progress.End(stop.IsRequested ? $"interrupted, {written}" : failure is not null ? $"failed, {written}" : $"{Shown.Count(cells.Count, "cell")}, {written}");
        if (stop.IsRequested) return RunOutcome.Interrupted;
        if (failure is null) return RunOutcome.Completed;
        Console.Error.WriteLine(failure);
        return RunOutcome.Failed;
    }

    /// <summary>Runs one cell; returns what went wrong as a sentence.</summary>
    string? Execute(WorkerProcess worker, Cell cell, int number)
    {
        progress.Say($"cell {number}/{notebook.CodeCells.Count}", atOnce: true);
        outputs.Begin(cell, number);
        worker.Execute(number, cell.Source);
        var time = Stopwatch.StartNew(); // of the cell, not of the start of its process
        string? reason = null;
        TimeSpan asked = default;
        while (true)
        {
            JsonObject? message = worker.Receive(Glance);
            progress.Tick();
            if (message?["output"] is JsonObject output)
            {
                message.Remove("output");
                outputs.Add(output);
            }
            else if (message?["done"] is JsonObject done)
            {
                return done.Count == 0 ? null : Sentence(number, done);
            }
            else if (message?["ready"] is not null)
            {
                time.Restart();
            }
            else if (worker.HasEnded)
            {
                return Lost(number, $"the process that ran the cell {worker.Ending()}");
            }

            if (reason is null && stop.IsRequested) reason = "The cell was interrupted.";
            if (reason is null && time.Elapsed > timeout) reason = $"The cell ran longer than {timeout.Value.TotalSeconds} s.";
            if (reason is null) continue;
            if (asked == default) asked = time.Elapsed;
            if (time.Elapsed - asked > Patience)
            {
                worker.Kill();
                return Lost(number, $"{reason.TrimEnd('.')} and did not stop when asked to");
            }
            worker.Interrupt(reason); // again at every glance: the first may come before the cell has begun
        }
    }

    string Sentence(int number, JsonObject error)
    {
        string where = (int?)error["line"] is int line ? $" at line {line} ({(string?)error["source"]})" : "";
        return $"{Shown.Path(notebook.Path)} failed in cell [{number}]{where}: {error["name"]}: {Shown.OneLine((string)error["message"]!)}";
    }

    /// <summary>The process is gone: the notebook gets an error output in its place.</summary>
    string Lost(int number, string what)
    {
        string message = char.ToUpperInvariant(what[0]) + what[1..] + ".";
        outputs.Add(new JsonObject { ["output_type"] = "error", ["ename"] = "ProcessEnded", ["evalue"] = message, ["traceback"] = new JsonArray(message) });
        return $"{Shown.Path(notebook.Path)} failed in cell [{number}]: {what}.";
    }
}
