using System.Text.Json.Nodes;
using Notebooks.Documents;
using Notebooks.Running;
using Shared;

namespace Notebooks.Jupyter;

/// <summary>
/// A Jupyter kernel (messaging protocol 5.3): hears requests, has cells run in a process of their own, and sends what that says. It lives
/// when that process dies. Requests on the shell socket are handled one after another; those on the control socket (interrupt, shutdown) at
/// once.
/// </summary>
public sealed class Kernel : IDisposable
{
    const string InterruptedByUser = "The cell was interrupted.";
    const int MostText = 200_000_000; // a front end has limits of its own
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    readonly Sockets sockets;
    readonly CellRunner cells = new(Environment.CurrentDirectory, null, MostText);
    readonly EditorAnswers editor;
    readonly StreamBuffer streams;
    readonly History history = new();
    readonly TaskCompletionSource<bool> ended = new();
    volatile Message? running; // the execute_request whose cell runs, or ran last: outputs belong to it
    volatile bool silent, executing;
    CancellationTokenSource interrupted = new();
    int count;
    string? result;

    public Kernel(ConnectionFile connection)
    {
        sockets = new Sockets(connection);
        editor = new EditorAnswers(cells);
        streams = new StreamBuffer((name, text) => Publish("stream", running, new() { ["name"] = name, ["text"] = text }));
    }

    /// <summary>Serves until a client asks the kernel to end.</summary>
    public void Serve()
    {
        Publish("status", null, new() { ["execution_state"] = "starting" });
        Start("Shell", () => Handle(sockets.Shell, onControl: false));
        Start("Control", () => Handle(sockets.Control, onControl: true));
        Warm();
        while (!ended.Task.Wait(Glance)) cells.PassOn(Output);
    }

    /// <summary>Has the language services loaded before the first question, for whose answer an editor waits two seconds.</summary>
    void Warm() => Start("Warming up", editor.Warm);

    /// <summary>Ends serving, as a client's shutdown_request does.</summary>
    public void End() => ended.TrySetResult(true);

    /// <summary>Stops the cell that runs; nothing happens where none runs.</summary>
    public void Interrupt()
    {
        if (!executing) return;
        cells.Interrupt(InterruptedByUser);
        interrupted.Cancel();
    }

    public void Dispose()
    {
        cells.Dispose();
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
            bool executes = request.Type == "execute_request" && !onControl;
            if (Guarded(request, executes ? Execute : Answer) is JsonObject reply)
            {
                if (executes && (string?)reply["status"] == "error" && request.Flag("stop_on_error", true)) given = GiveUp();
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

    /// <summary>The content of the reply, which says what is wrong with a request that cannot be answered: whatever a client sends, the
    /// kernel lives.</summary>
    JsonObject? Guarded(Message request, Func<Message, JsonObject?> answer)
    {
        try
        {
            return answer(request);
        }
        catch (Exception error)
        {
            string sentence = error is FormatException ? error.Message : $"The request {request.Type} could not be answered: "
                + $"{Shown.OneLine(error.Message)}";
            JsonObject failure = Refusal(sentence);
            if (request.Type != "execute_request") return failure;
            Publish("error", request, Refusal(sentence));
            failure["execution_count"] = count;
            return failure;
        }
    }

    static JsonObject Refusal(string sentence) =>
        new() { ["status"] = "error", ["ename"] = "BadRequest", ["evalue"] = sentence, ["traceback"] = new JsonArray(sentence) };

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
            case "kernel_info_request": return KernelInfo.Content();
            case "is_complete_request": return EditorAnswers.Judge(request.Text("code"));
            case "complete_request": return editor.Complete(request.Text("code"), request.Position());
            case "inspect_request": return editor.Inspect(request.Text("code"), request.Position());
            case "history_request": return history.Answer(request.Content);
            case "comm_info_request": return new() { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "interrupt_request":
                Interrupt();
                return new() { ["status"] = "ok" };
            case "shutdown_request": return new() { ["status"] = "ok", ["restart"] = request.Flag("restart", false) };
            case "comm_open": // no widget lives here: say so, or the front end waits for it
                Publish("comm_close", request,
                    new() { ["comm_id"] = request.Content["comm_id"]?.DeepClone(), ["data"] = new JsonObject() });
                return null;
            default: return null;
        }
    }

    JsonObject Execute(Message request)
    {
        string code = request.Text("code");
        silent = request.Flag("silent", false);
        running = request;
        result = null;
        if (string.IsNullOrWhiteSpace(code)) return Executed([], []);
        if (editor.Help(code) is JsonObject page) return Executed([], [page]);

        bool kept = !silent && request.Flag("store_history", true);
        var expressions = new List<(string Name, string? Code)>();
        foreach ((string name, JsonNode? expression) in request.Content["user_expressions"] as JsonObject ?? [])
            expressions.Add((name, expression is JsonValue text && text.TryGetValue(out string? asked) ? asked : null));
        if (kept) count++;
        if (!silent) Publish("execute_input", request, new() { ["code"] = code, ["execution_count"] = count });

        interrupted = new();
        cells.Begin();
        executing = true;
        CellEnd end;
        JsonObject values = [];
        try
        {
            end = Run(new() { ["number"] = count, ["named"] = kept ? count : 0, ["code"] = code });
            if (!end.IsError)
                foreach ((string name, string? expression) in expressions) values[name] = expression is null
                    ? Refusal("A user expression is C# code as text.")
                    : Content(Run(new() { ["number"] = count, ["expression"] = expression }).Content);
        }
        finally
        {
            executing = false;
        }
        foreach (string line in cells.TakeNativeLines()) Console.Error.WriteLine(line);
        streams.Flush();
        if (kept) history.Add(count, code, result);
        if (!end.IsError) return Executed(values, []);

        JsonObject failure = Content(end.Content);
        foreach (string detail in (string[])["line", "source"]) failure.Remove(detail);
        failure["execution_count"] = count;
        return failure;
    }

    CellEnd Run(JsonObject request)
    {
        CellEnd end = cells.Run(request, Output, Ask, _ => null);
        if (!end.IsLost) return end;
        end.Content["traceback"]!.AsArray().Add(CellRunner.Again);
        end.Content["evalue"] = string.Join(" ", end.Content["traceback"]!.AsArray().Select(line => (string)line!));
        Output(end.Content.DeepClone().AsObject());
        cells.Renew();
        Warm();
        return end;
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

    /// <summary>What the cell says, as it comes.</summary>
    void Output(JsonObject content)
    {
        string type = (string)content["output_type"]!;
        if (type == "stream")
        {
            streams.Write((string)content["name"]!, (string)content["text"]!);
            return;
        }
        streams.Flush();
        content.Remove("output_type");
        if (type == "execute_result") result = (string?)content["data"]![MimeTypes.Plain];
        if (!silent || type != "execute_result") Publish(type, running, content);
    }

    /// <summary>Console.ReadLine and GetInputAsync: the front end that sent the cell is asked.</summary>
    JsonObject Ask(JsonObject question)
    {
        Message cell = running!;
        if (!cell.Flag("allow_stdin", true))
            return new()
            {
                ["input"] = null,
                ["refused"] = "Console.ReadLine has nobody to ask: this front end does not answer questions. "
                    + "Write the value into the cell instead."
            };
        streams.Flush();
        while (sockets.Stdin.TryTake(out _)) { } // answers to questions that were given up
        sockets.Ask(Message.Answering(cell, "input_request",
            new() { ["prompt"] = (string?)question["prompt"], ["password"] = (bool?)question["password"] }));
        try
        {
            while (true)
            {
                Message reply = sockets.Stdin.Take(interrupted.Token);
                if (reply.Type == "input_reply") return new() { ["input"] = reply.Text("value") };
            }
        }
        catch (OperationCanceledException)
        {
            return new() { ["input"] = null, ["refused"] = InterruptedByUser };
        }
    }

    void Reply(Message request, JsonObject content, bool onControl) =>
        sockets.Reply(Message.Answering(request, request.Type.Replace("_request", "_reply"), content), onControl);

    void Publish(string type, Message? parent, JsonObject content) =>
        sockets.Publish(Message.Answering(parent, type, content) with { Identities = [System.Text.Encoding.UTF8.GetBytes(type)] });

    static void Start(string name, ThreadStart action) => new Thread(action) { IsBackground = true, Name = name }.Start();
}
