using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Notebooks.Scripting;

namespace Notebooks.Running;

/// <summary>
/// The other side of <see cref="WorkerProcess"/>: executes the cells that it is sent, in a process of their own, and sends back what they
/// say; meanwhile it answers an editor's questions. It ends when its parent closes the pipe or dies.
/// </summary>
public static class Worker
{
    /// <summary>The program that a worker's process runs, beside this assembly, and the command that makes it one: <c>workbook work
    /// REQUESTS EVENTS MOST-TEXT</c>.</summary>
    public const string Program = "workbook.dll", Command = "work";

    /// <summary>Works until the parent is gone.</summary>
    /// <param name="requests">The pipe that cells come through.</param>
    /// <param name="events">The pipe that answers go through.</param>
    /// <param name="mostText">How many characters of console text are passed on of a cell.</param>
    /// <param name="prepare">Is given every cell's code when it comes, perhaps before the session has begun: loads what the code will
    /// need.</param>
    public static void Work(string requests, string events, int mostText, Action<string> prepare)
    {
        // Ctrl+C reaches the whole process group; the parent decides what it means for the cell.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var receiver = new MessageReader(new AnonymousPipeClientStream(PipeDirection.In, requests));
        using var sender = new MessageWriter(new AnonymousPipeClientStream(PipeDirection.Out, events));

        int number = 0;
        var beginning = new TaskCompletionSource<ScriptSession>();
        var cells = new BlockingCollection<JsonObject>();
        var inputs = new BlockingCollection<JsonObject>();
        Start("Requests",
        () =>
        {
            while (receiver.Read() is JsonObject request)
            {
                if ((string?)request["interrupt"] is string reason) Interrupt(reason);
                else if (request.ContainsKey("input")) inputs.Add(request);
                else if (request["question"] is not null) Start("Question", () => sender.Write(Answer(request)));
                else cells.Add(request);
                if ((string?)request["code"] is string code) prepare(code); // while the session begins
            }
            Process.GetCurrentProcess().Kill(); // nobody is there any more, whatever a cell is doing
        });
        using var session = new ScriptSession(Environment.CurrentDirectory,
            output => sender.Write(new JsonObject { ["output"] = output.ToJson(number) }), ReadLine, mostText);
        beginning.SetResult(session);
        // A cell may end the process while libtorch is being loaded or computes: its own farewells would wait for that, now and then
        // forever.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Leave(Environment.ExitCode);
        ExceptionHandling.SetUnhandledExceptionHandler(exception =>
        {
            session.Report(exception);
            return true;
        });

        sender.Write(new JsonObject { ["ready"] = true });
        var built = new BuiltFiles();
        foreach (JsonObject cell in cells.GetConsumingEnumerable())
        {
            number = (int)cell["number"]!;
            if (cell["expression"] is JsonNode expression)
            {
                sender.Write(new JsonObject { ["done"] = session.Evaluate((string)expression!).ToJson(number) });
                continue;
            }
            string code = (string)cell["code"]!;
            if (built.Changed() is string sentence)
                sender.Write(new JsonObject { ["output"] = new CellOutput.Stream("stderr", sentence + "\n").ToJson(number) });
            CellOutput.Error? error = session.Run(code, (int?)cell["named"] ?? number);
            JsonObject done = error?.ToJson(number) ?? [];
            if (error is not null) (done["line"], done["source"]) = (error.Line, error.Source);
            sender.Write(new JsonObject { ["done"] = done });
        }

        void Interrupt(string reason)
        {
            // before that no cell runs, and the parent says it again
            if (beginning.Task.IsCompleted) beginning.Task.Result.Interrupt(reason);
        }

        string? ReadLine(InputRequest asked)
        {
            while (inputs.TryTake(out _)) { } // answers to questions that were given up
            sender.Write(new JsonObject { ["ask"] = new JsonObject { ["prompt"] = asked.Prompt, ["password"] = asked.IsPassword } });
            JsonObject answer = inputs.Take();
            return (string?)answer["refused"] is string why ? throw new InvalidOperationException(why) : (string?)answer["input"];
        }

        JsonObject Answer(JsonObject request)
        {
            CellLanguage language = beginning.Task.Result.Language;
            string code = (string)request["code"]!;
            int position = (int)request["position"]!;
            var answer = new JsonObject { ["answer"] = (int)request["id"]! };
            switch ((string)request["question"]!)
            {
                case "warm":
                    language.Warm();
                    break;
                case "complete":
                    Completions found = language.Complete(code, position);
                    (answer["start"], answer["end"]) = (found.Start, found.End);
                    answer["items"] = new JsonArray([.. found.Items.Select(item => new JsonArray(item.Text, item.Kind))]);
                    break;
                case "inspect" when language.Inspect(code, position) is { } known:
                    (answer["plain"], answer["markdown"]) = (known.Plain, known.Markdown);
                    break;
            }
            return answer;
        }
    }

    static void Leave(int code)
    {
        if (OperatingSystem.IsWindows()) Process.GetCurrentProcess().Kill();
        else Exit(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    static extern void Exit(int code);

    static void Start(string name, ThreadStart action) => new Thread(action) { IsBackground = true, Name = name }.Start();
}
