using System.Collections.Concurrent;
using System.CommandLine;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Workbook.Scripting;

namespace Workbook.Commands;

/// <summary>
/// The other side of <see cref="WorkerProcess"/>, hidden from the user: executes the cells that it is sent, in a process of their own, and
/// sends back what they say. It ends when its parent closes the pipe or dies.
/// </summary>
static class WorkCommand
{
    internal const string Name = "work";

    internal static Command Build()
    {
        var requests = new Argument<string>("requests");
        var events = new Argument<string>("events");
        var command = new Command(Name) { requests, events };
        command.Hidden = true;
        command.SetAction(parsed => Work(parsed.GetRequiredValue(requests), parsed.GetRequiredValue(events)));
        return command;
    }

    static int Work(string requests, string events)
    {
        // Ctrl+C reaches the whole process group; the parent decides what it means for the cell.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var receiver = new MessageReader(new AnonymousPipeClientStream(PipeDirection.In, requests));
        using var sender = new MessageWriter(new AnonymousPipeClientStream(PipeDirection.Out, events));

        int number = 0;
        using var session = new ScriptSession(Environment.CurrentDirectory, output => sender.Write(new JsonObject { ["output"] = output.ToJson(number) }));
        var cells = new BlockingCollection<JsonObject>();
        new Thread(() =>
        {
            while (receiver.Read() is JsonObject request)
            {
                if ((string?)request["interrupt"] is string reason) session.Interrupt(reason);
                else cells.Add(request);
            }
            Environment.Exit(ExitCode.Good);
        })
        { IsBackground = true, Name = "Requests" }.Start();

        sender.Write(new JsonObject { ["ready"] = true });
        foreach (JsonObject cell in cells.GetConsumingEnumerable())
        {
            number = (int)cell["number"]!;
            string code = (string)cell["code"]!;
            Natives.LoadFor(code);
            CellOutput.Error? error = session.Run(code, number);
            sender.Write(new JsonObject
            {
                ["done"] = error is null ? new JsonObject() : new JsonObject
                {
                    ["name"] = error.Name,
                    ["message"] = error.Message,
                    ["line"] = error.Line,
                    ["source"] = error.Source,
                },
            });
        }
        return ExitCode.Good;
    }
}
