using System.Text.Json.Nodes;
using Notebooks.Documents;
using Notebooks.Scripting;
using Shared;

namespace Notebooks.Running;

/// <summary>Executes one notebook in a process of its own and writes it, whatever happens, with the outputs there are.</summary>
/// <remarks>Two tags mean what they mean in Jupyter's nbclient: a cell tagged raises-exception may fail, one tagged skip-execution is left
/// as it is.</remarks>
public sealed class NotebookRun(Notebook notebook, RunTarget target, TimeSpan? timeout, Progress progress, StopSignal stop)
{
    readonly OutputCollector outputs = new();

    public RunOutcome Execute()
    {
        Cell[] cells = [.. notebook.CodeCells.Where(cell => !IsSkipped(cell))];
        foreach (Cell cell in notebook.Cells.Where(cell => cell.IsCode && !IsSkipped(cell))) cell.Clear();
        progress.Begin(Path.GetFileNameWithoutExtension(notebook.Path));

        string? failure = null;
        using (var runner = new CellRunner(Path.GetDirectoryName(Path.GetFullPath(notebook.Path))!, target.Pictures, OutputLimit.UsualText))
        {
            for (int number = 1; number <= cells.Length && failure is null && !stop.IsRequested; number++)
            {
                progress.Say($"cell {number}/{cells.Length}", atOnce: true);
                failure = Execute(runner, cells[number - 1], number);
            }
            foreach (string line in runner.TakeNativeLines()) Console.Error.WriteLine($"{Shown.Path(notebook.Path)}: {line}");
        }
        outputs.Flush();
        notebook.Save(target.Output);

        string written = $"written to {Shown.Path(target.Output)}";
        progress.End(stop.IsRequested ? $"interrupted, {written}" : failure is not null ? $"failed, {written}"
            : $"{Shown.Count(cells.Length, "cell")}, {written}");
        if (stop.IsRequested) return RunOutcome.Interrupted;
        if (failure is null) return RunOutcome.Completed;
        Console.Error.WriteLine(failure);
        return RunOutcome.Failed;
    }

    static bool IsSkipped(Cell cell) => cell.Tags.Contains("skip-execution");

    /// <summary>Runs one cell; returns what went wrong as a sentence.</summary>
    string? Execute(CellRunner runner, Cell cell, int number)
    {
        outputs.Begin(cell, number);
        runner.Begin();
        CellEnd end = runner.Run(new JsonObject { ["number"] = number, ["code"] = cell.Source }, outputs.Add, null,
        elapsed =>
        {
            progress.Tick();
            return stop.IsRequested ? "The cell was interrupted." : elapsed > timeout ? "The cell ran longer than "
                + $"{timeout.Value.TotalSeconds} s." : null;
        });
        if (!end.IsError) return null;
        JsonObject error = end.Content;
        string message = Shown.OneLine((string)error["evalue"]!), place = $"{Shown.Path(notebook.Path)} failed in cell [{number}]";
        if (end.IsLost)
        {
            outputs.Add(error);
            return $"{place}: {char.ToLowerInvariant(message[0])}{message[1..]}";
        }
        if (cell.Tags.Contains("raises-exception") && (string?)error["ename"] != "Interrupted") return null;
        string where = (int?)error["line"] is int line ? $" at line {line} ({(string?)error["source"]})" : "";
        return $"{place}{where}: {error["ename"]}: {message}";
    }
}
