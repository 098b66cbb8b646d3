using System.Text.Json.Nodes;
using Workbook.Notebooks;
using Workbook.Scripting;

namespace Workbook.Jupyter;

/// <summary>
/// A Jupyter kernel (messaging protocol 5.3): hears requests, has the one <see cref="ScriptSession"/> answer them, and sends what it says.
/// Requests on the shell socket are handled one after another; those on the control socket (interrupt, shutdown) at once.
/// </summary>
sealed class Kernel : IDisposable
{
    const string InterruptedByUser = "The cell was interrupted.";

    readonly Sockets sockets;
    readonly ScriptSession session;
    readonly StreamBuffer streams;
    readonly History history = new();
    readonly BuiltFiles built = new();
    readonly TaskCompletionSource<bool> ended = new();
    volatile Message? running; // the execute_request whose cell runs, or ran last: outputs belong to it
    volatile bool silent, executing;
    volatile int interrupts;
    int count;
    string? result;

    internal Kernel(ConnectionFile connection)
    {
        sockets = new Sockets(connection);
        streams = new StreamBuffer((name, text) => Publish("stream", running, new() { ["name"] = name, ["text"] = text }));
        session = new ScriptSession(Environment.CurrentDirectory, Output, ReadLine);
    }

    /// <summary>Serves until a client asks the kernel to end.</summary>
    internal void Serve()
    {
        Publish("status", null, new() { ["execution_state"] = "starting" });
        Start("Shell", () => Handle(sockets.Shell, onControl: false));
        Start("Control", () => Handle(sockets.Control, onControl: true));
        session.Warm();
        ended.Task.Wait();
    }

    /// <summary>Ends serving, as a client's shutdown_request does.</summary>
    internal void End() => ended.TrySetResult(true);

    /// <summary>Stops the cell that runs; nothing happens where none runs.</summary>
    internal void Interrupt()
    {
        int these = Interlocked.Increment(ref interrupts);
        Message? cell = running;
        // The cell may be on its way: taken from the queue, not yet begun.
        while (cell is not null && running == cell && these == interrupts && !session.Interrupt(InterruptedByUser) && executing) Thread.Sleep(10);
    }

    public void Dispose()
    {
        streams.Flush();
        streams.Dispose();
        sockets.Dispose();
    }

    void Handle(System.Collections.Concurrent.BlockingCollection<Message> requests, bool onControl)
    {
        foreach (Message request in requests.GetConsumingEnumerable())
        {
            Publish("status", request, new() { ["execution_state"] = "busy" });
            List<Message> given = [];
            if (request.Type == "execute_request" && !onControl)
            {
                JsonObject reply = Execute(request);
                if ((string?)reply["status"] == "error" && Flag(request, "stop_on_error", true)) given = GiveUp();
                Reply(request, reply, onControl);
            }
            else if (Answer(request) is JsonObject reply)
            {
                Reply(request, reply, onControl);
            }
            Publish("status", request, new() { ["execution_state"] = "idle" });
            foreach (Message cell in given)
            {
                Publish("status", cell, new() { ["execution_state"] = "busy" });
                Reply(cell, new() { ["status"] = "aborted" }, onControl);
                Publish("status", cell, new() { ["execution_state"] = "idle" });
            }
            if (request.Type == "shutdown_request") End();
        }
    }

    /// <summary>After a failed cell, and before anybody is told: the cells that were sent along with it, which are not executed.</summary>
    List<Message> GiveUp()
    {
        sockets.CollectShell();
        var cells = new List<Message>();
        for (int waiting = sockets.Shell.Count; waiting > 0; waiting--)
        {
            Message request = sockets.Shell.Take();
            if (request.Type == "execute_request") cells.Add(request);
            else sockets.Shell.Add(request);
        }
        return cells;
    }

    /// <summary>The content of the reply; null for a message that wants none.</summary>
    JsonObject? Answer(Message request)
    {
        switch (request.Type)
        {
            case "kernel_info_request": return Info();
            case "is_complete_request": return Judge(Text(request, "code"));
            case "complete_request": return Complete(Text(request, "code"), Position(request));
            case "inspect_request": return Inspect(Text(request, "code"), Position(request), request.Content["detail_level"] is JsonValue level && level.TryGetValue(out int detail) ? detail : 0);
            case "history_request": return history.Answer(request.Content);
            case "comm_info_request": return new() { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "interrupt_request":
                Interrupt();
                return Ok();
            case "shutdown_request": return new() { ["status"] = "ok", ["restart"] = Flag(request, "restart", false) };
            case "comm_open": // no widget lives here: say so, or the front end waits for it
                Publish("comm_close", request, new() { ["comm_id"] = request.Content["comm_id"]?.DeepClone(), ["data"] = new JsonObject() });
                return null;
            default: return null;
        }
    }

    JsonObject Execute(Message request)
    {
        string code = Text(request, "code");
        silent = Flag(request, "silent", false);
        running = request;
        result = null;
        if (string.IsNullOrWhiteSpace(code)) return Executed([], []);
        if (Help(code) is JsonObject page) return Executed([], [page]);

        bool kept = !silent && Flag(request, "store_history", true);
        if (kept) count++;
        if (!silent) Publish("execute_input", request, new() { ["code"] = code, ["execution_count"] = count });
        if (built.Changed() is string sentence) Output(new CellOutput.Stream("stderr", sentence + "\n"));

        executing = true;
        CellOutput.Error? error;
        JsonObject expressions = [];
        try
        {
            Natives.LoadFor(code);
            error = session.Run(code, kept ? count : 0);
            if (error is null && request.Content["user_expressions"] is JsonObject asked)
                expressions = new(asked.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Content(session.Evaluate((string?)pair.Value ?? "").ToJson(count)))));
        }
        finally
        {
            executing = false;
        }
        streams.Flush();
        if (kept) history.Add(count, code, result);
        if (error is null) return Executed(expressions, []);

        JsonObject failure = Content(error.ToJson(count));
        failure["execution_count"] = count;
        return failure;
    }

    /// <summary>An output as a reply holds it: with a status in place of its type.</summary>
    static JsonObject Content(JsonObject output)
    {
        output["status"] = (string?)output["output_type"] == "error" ? "error" : "ok";
        output.Remove("output_type");
        output.Remove("execution_count");
        return output;
    }

    JsonObject Executed(JsonObject expressions, JsonArray payload) =>
        new() { ["status"] = "ok", ["execution_count"] = count, ["user_expressions"] = expressions, ["payload"] = payload };

    /// <summary>What the session says, as it comes.</summary>
    void Output(CellOutput output)
    {
        if (output is CellOutput.Stream stream)
        {
            streams.Write(stream.Name, stream.Text);
            return;
        }
        streams.Flush();
        JsonObject content = output.ToJson(count);
        string type = (string)content["output_type"]!;
        content.Remove("output_type");
        if (output is CellOutput.Result) result = (string?)content["data"]![MimeTypes.Plain];
        if (!silent || output is not CellOutput.Result) Publish(type, running, content);
    }

    /// <summary>Console.ReadLine: the front end that sent the cell is asked.</summary>
    string? ReadLine()
    {
        Message cell = running!;
        if (!Flag(cell, "allow_stdin", true))
            throw new InvalidOperationException("Console.ReadLine has nobody to ask: this front end does not answer questions. Write the value into the cell instead.");
        streams.Flush();
        while (sockets.Stdin.TryTake(out _)) { } // answers to questions that were given up
        sockets.Ask(Message.Answering(cell, "input_request", new() { ["prompt"] = "", ["password"] = false }));
        while (true)
        {
            Message reply = sockets.Stdin.Take(session.Stopping);
            if (reply.Type == "input_reply") return Text(reply, "value");
        }
    }

    /// <summary><c>Name?</c>: what there is to know of a name, in the front end's pager.</summary>
    JsonObject? Help(string code)
    {
        string text = code.Trim();
        if (text.Length < 2 || text[^1] != '?' || !text[..^1].All(c => char.IsLetterOrDigit(c) || c is '.' or '_')) return null;
        string name = text[..^1];
        JsonObject data = Described(name, name.Length, 1)
            ?? new() { [MimeTypes.Plain] = $"Nothing is known of {name} here: run the cell that declares it first, or check the spelling." };
        return new() { ["source"] = "page", ["start"] = 0, ["data"] = data };
    }

    JsonObject Inspect(string code, int position, int detail)
    {
        JsonObject? data = Described(code, position, detail);
        return new() { ["status"] = "ok", ["found"] = data is not null, ["data"] = data ?? [], ["metadata"] = new JsonObject() };
    }

    JsonObject? Described(string code, int position, int detail) =>
        session.Language.Inspect(code, position, detail, CancellationToken.None) is { } known ? new() { [MimeTypes.Plain] = known.Plain, ["text/markdown"] = known.Markdown } : null;

    JsonObject Complete(string code, int position)
    {
        Completions found = session.Language.Complete(code, position, CancellationToken.None);
        int start = CodePoints.FromIndex(code, found.Start), end = CodePoints.FromIndex(code, found.End);
        return new()
        {
            ["status"] = "ok",
            ["matches"] = new JsonArray([.. found.Items.Select(item => JsonValue.Create(item.Text))]),
            ["cursor_start"] = start,
            ["cursor_end"] = end,
            ["metadata"] = new JsonObject
            {
                ["_jupyter_types_experimental"] = new JsonArray([.. found.Items.Select(item => new JsonObject { ["text"] = item.Text, ["type"] = item.Kind, ["start"] = start, ["end"] = end })]),
            },
        };
    }

    JsonObject Judge(string code)
    {
        Completeness found = session.Language.Judge(code);
        return found.Status == "incomplete" ? new() { ["status"] = found.Status, ["indent"] = found.Indent } : new() { ["status"] = found.Status };
    }

    static JsonObject Info() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = Message.Protocol,
        ["implementation"] = "workbook",
        ["implementation_version"] = typeof(Kernel).Assembly.GetName().Version!.ToString(3),
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#",
            ["version"] = "13.0",
            ["mimetype"] = "text/x-csharp",
            ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp",
            ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = $"C# 13 for the Diffusion Workbook, on .NET {Environment.Version}",
        ["debugger"] = false,
        ["help_links"] = new JsonArray(new JsonObject { ["text"] = "C# language", ["url"] = "https://learn.microsoft.com/dotnet/csharp/" }),
    };

    static JsonObject Ok() => new() { ["status"] = "ok" };

    void Reply(Message request, JsonObject content, bool onControl) => sockets.Reply(Message.Answering(request, request.Type.Replace("_request", "_reply"), content), onControl);

    void Publish(string type, Message? parent, JsonObject content) => sockets.Publish(Message.Answering(parent, type, content) with { Identities = [System.Text.Encoding.UTF8.GetBytes(type)] });

    static string Text(Message message, string name) => message.Content[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    static bool Flag(Message message, string name, bool absent) => message.Content[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : absent;

    static int Position(Message message) =>
        CodePoints.ToIndex(Text(message, "code"), message.Content["cursor_pos"] is JsonValue value && value.TryGetValue(out int points) ? points : int.MaxValue);

    static void Start(string name, ThreadStart action) => new Thread(action) { IsBackground = true, Name = name }.Start();
}
