using System.CommandLine;
using System.CommandLine.Parsing;
using Notebooks;
using Notebooks.Documents;
using Notebooks.Running;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook run</c>: executes notebooks and writes them with their outputs.</summary>
static class RunCommand
{
    internal static Command Build()
    {
        Argument<string[]> paths = SharedOptions.Notebooks("run");
        var parameters = new Option<string[]>("-p", "--parameter")
        {
            Description = "Turns a knob: a variable of the cell tagged 'parameters'.",
            HelpName = "name=value"
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The folder for the executed notebooks; their pictures go to data/ in it (default: the workbook's out/).",
            HelpName = "DIR"
        };
        var inPlace = new Option<bool>("--in-place")
        {
            Description = "Writes the notebooks themselves, and the pictures to ../data beside their folder."
        };
        var timeout = new Option<double?>("--timeout")
        {
            Description = "Stops a cell that runs longer than this, which counts as a failure.",
            HelpName = "SECONDS"
        };
        var keepGoing = new Option<bool>("--keep-going") { Description = "After a failure, still runs the other notebooks." };

        parameters.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value.IndexOf('=') < 1)) result.AddError(
                $"-p {token.Value} is not of the form name=value.");
        });
        SharedOptions.Require(timeout, text => double.TryParse(text, out double seconds) && seconds > 0 && seconds < 1e9,
            "a positive number of seconds");

        var command = new Command("run", "Executes notebooks, each "
            + "in a process of its own.") { paths, parameters, output, inPlace, timeout, keepGoing };
        command.Validators.Add(result =>
        {
            if (result.GetValue(inPlace) && result.GetResult(output) is { Implicit: false })
                result.AddError("--output and --in-place exclude each other.");
        });
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(inPlace) ? null : Path.GetFullPath(parsed.GetValue(output) ?? DefaultOutput);
            return Run(Expand(parsed.GetValue(paths) ?? []), Pairs(parsed.GetValue(parameters) ?? []), folder,
                parsed.GetValue(timeout) is double seconds ? TimeSpan.FromSeconds(seconds) : null,
                    parsed.GetValue(keepGoing), quick: false);
        });
        return command;
    }

    /// <summary>The program without a command: every chapter, with the quick values of those that give some.</summary>
    internal static int RunEverything() =>
        Run(Repository.Chapters(), new Dictionary<string, string>(), DefaultOutput, null, keepGoing: false, quick: true);

    internal static string DefaultOutput => Path.Combine(Repository.Root ?? Environment.CurrentDirectory, "out");

    static int Run(IReadOnlyList<string> paths, Dictionary<string, string> values, string? folder, TimeSpan? timeout,
        bool keepGoing, bool quick)
    {
        // Everything that can be known to be wrong is told before the first cell runs.
        Notebook[] notebooks = [.. paths.Select(Notebook.Load)];
        foreach (Notebook notebook in notebooks) Parameters.Inject(notebook, quick ? Parameters.QuickOf(notebook) : values);
        RunTarget[] targets = [.. notebooks.Select(notebook => RunTarget.For(notebook, folder))];
        if (targets.GroupBy(target => target.Output).FirstOrDefault(group => group.Count() > 1) is { } clash)
            throw new WorkbookException($"Two of the notebooks would be written to {Shown.Path(clash.Key)}: run them one at a time, or "
                + "into different folders.");
        foreach (RunTarget target in targets) target.Prepare();

        using var stop = new StopSignal();
        var progress = new Progress();
        int failures = 0;
        for (int i = 0; i < notebooks.Length; i++)
        {
            if (stop.IsRequested) return ExitCode.Interrupted;
            RunOutcome outcome = new NotebookRun(notebooks[i], targets[i], timeout, progress, stop).Execute();
            if (outcome == RunOutcome.Interrupted) return ExitCode.Interrupted;
            if (outcome == RunOutcome.Failed && ++failures > 0 && !keepGoing) break;
        }
        return failures == 0 ? ExitCode.Good : ExitCode.Failure;
    }

    internal static IReadOnlyList<string> Expand(string[] paths) =>
        paths.Length == 0 ? Repository.Chapters()
            : [.. paths.SelectMany(path => Directory.Exists(path) ? Repository.NotebooksIn(path) : [path])];

    static Dictionary<string, string> Pairs(string[] parameters)
    {
        var values = new Dictionary<string, string>();
        foreach (string parameter in parameters)
        {
            int equals = parameter.IndexOf('=');
            values[parameter[..equals]] = parameter[(equals + 1)..];
        }
        return values;
    }
}
