using System.Diagnostics;
using System.IO.Pipes;
using System.Text.Json.Nodes;
using Notebooks.Running;
using Shared.Program;

namespace Notebooks.Tests.Scripting;

/// <summary>A session in a process of the built program, where tensors are: this process has no libtorch.</summary>
sealed class WorkerSession : IDisposable
{
    readonly AnonymousPipeServerStream requests = new(PipeDirection.Out, HandleInheritability.Inheritable);
    readonly AnonymousPipeServerStream events = new(PipeDirection.In, HandleInheritability.Inheritable);
    readonly MessageWriter sender;
    readonly MessageReader receiver;
    readonly Process process;
    int number;

    public WorkerSession()
    {
        process = WorkbookProgram.Start(Path.Combine(WorkbookProgram.Bin, "workbook.dll"), Path.GetTempPath(), "work", requests.GetClientHandleAsString(), events.GetClientHandleAsString());
        requests.DisposeLocalCopyOfClientHandle();
        events.DisposeLocalCopyOfClientHandle();
        (sender, receiver) = (new(requests), new(events));
    }

    /// <summary>Whether the program was built with libtorch's CUDA libraries.</summary>
    public static bool HasCuda => Directory.EnumerateFiles(WorkbookProgram.Bin, "*torch_cuda*").Any();

    /// <summary>Runs a cell; returns the lines of its error, none where it ended well.</summary>
    public string[] Run(string code)
    {
        sender.Write(new JsonObject { ["number"] = ++number, ["code"] = code });
        string[] traceback = [];
        while (true)
        {
            JsonObject message = receiver.Read() ?? throw new InvalidOperationException($"The process ended in: {code}");
            if (message["output"]?["traceback"] is JsonArray lines) traceback = [.. lines.Select(line => (string)line!)];
            if (message["done"] is not null) return traceback;
        }
    }

    /// <summary>Runs a cell that must end well.</summary>
    public void Good(string code) => Assert.Equal([], Run(code));

    public void Dispose()
    {
        sender.Dispose(); // the process ends when its pipe does
        process.WaitForExit();
        receiver.Dispose();
        process.Dispose();
    }
}
