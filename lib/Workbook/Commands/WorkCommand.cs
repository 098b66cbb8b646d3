using System.CommandLine;
using Notebooks.Running;
using Notebooks.Scripting;

namespace Workbook.Commands;

/// <summary>Hidden from the user: the process in which the cells of a notebook are executed (<see cref="Worker"/>).</summary>
static class WorkCommand
{
    internal static Command Build()
    {
        var requests = new Argument<string>("requests");
        var events = new Argument<string>("events");
        var mostText = new Argument<int>("most text") { DefaultValueFactory = _ => OutputLimit.UsualText };
        var command = new Command(Worker.Command) { requests, events, mostText };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            Worker.Work(parsed.GetRequiredValue(requests), parsed.GetRequiredValue(events), parsed.GetValue(mostText), Natives.LoadFor);
            return ExitCode.Good;
        });
        return command;
    }
}
