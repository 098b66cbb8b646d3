using System.Text.Json.Nodes;
using Notebooks.Scripting;
using Shared.Program;

namespace Notebooks.Tests.Scripting;

/// <summary>A session that keeps what its cells say.</summary>
sealed class TestSession : IDisposable
{
    readonly ScriptSession session;
    readonly Scratch scratch = new();
    Action? begun;
    int number;

    public TestSession(Func<string?>? readLine = null) => session = new ScriptSession(scratch.Folder, Receive, readLine is null ? null : _ => readLine());

    public string Folder => scratch.Folder;
    public CellLanguage Language => session.Language;
    public List<CellOutput> Outputs { get; } = [];

    /// <summary>Runs a cell; the outputs are those of this cell alone.</summary>
    public CellOutput.Error? Run(string code)
    {
        Outputs.Clear();
        return session.Run(code, ++number);
    }

    /// <summary>Runs a cell that must end well.</summary>
    public TestSession Good(string code)
    {
        CellOutput.Error? error = Run(code);
        Assert.True(error is null, string.Join("\n", error?.Traceback ?? []));
        return this;
    }

    /// <summary>The plain text that a cell shows; null where it shows nothing.</summary>
    public string? Shows(string code)
    {
        Good(code);
        return (string?)Outputs.OfType<CellOutput.Result>().SingleOrDefault()?.Data["text/plain"];
    }

    public JsonObject Bundle(string code)
    {
        Good(code);
        return Outputs.OfType<CellOutput.Result>().Single().Data;
    }

    /// <summary>Runs a cell and stops it a while after it has begun.</summary>
    public CellOutput.Error? Interrupt(string code, int milliseconds = 100)
    {
        using var timer = new Timer(_ => session.Interrupt("Enough."));
        begun = () => timer.Change(milliseconds, Timeout.Infinite);
        CellOutput.Error? error = Run("System.Console.Write(\"begun\");" + code);
        Outputs.RemoveAt(0);
        return error;
    }

    void Receive(CellOutput output)
    {
        Outputs.Add(output);
        begun?.Invoke();
        begun = null;
    }

    public string Said => string.Concat(Outputs.Select(output => output switch
    {
        CellOutput.Stream { Name: "stdout" } stream => stream.Text,
        CellOutput.Stream stream => $"<{stream.Text}>",
        CellOutput.Display display => $"[{display.Id}:{display.Data["text/plain"]}]",
        CellOutput.Update update => $"[{update.Id}={update.Data["text/plain"]}]",
        CellOutput.Result result => $"=> {result.Data["text/plain"]}",
        _ => $"!! {output}",
    }));

    public void Dispose()
    {
        session.Dispose();
        scratch.Dispose();
    }
}
