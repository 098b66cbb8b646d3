using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Notebooks.Cells;

namespace Notebooks.Scripting;

/// <summary>
/// Executes the cells of one notebook, one after another, in a composite kernel of .NET Interactive. A front end hands in the text of a
/// cell and receives its outputs as they come. There is one session in a process, since it owns the console.
/// </summary>
/// <remarks>
/// An assembly that lies beside this program is always taken from there (the runtime prefers it), so library and cells share one
/// TorchSharp.
/// </remarks>
public sealed class ScriptSession : IDisposable
{
    readonly object gate = new();
    readonly Action<CellOutput> output;
    readonly SessionConsole console;
    readonly CellKernel cells;
    readonly CompositeKernel kernels;
    readonly HashSet<string> displays = [];
    readonly Task begun;
    readonly int mostText;
    OutputLimit limit;
    bool asked; // an expression is evaluated: its value is nobody's output
    volatile bool isRunning;
    CellOutput? answer;
    string? stopReason, complaint;
    CellOutput.Error? stray;

    /// <param name="folder">The notebook's folder: where a relative #r or #load starts.</param>
    /// <param name="output">Receives the outputs in order, from whatever thread they come; never two at a time.</param>
    /// <param name="readLine">Who answers Console.ReadLine and GetInputAsync; nobody does where it is null.</param>
    /// <param name="mostText">How many characters of console text are passed on of one cell.</param>
    public ScriptSession(string folder, Action<CellOutput> output, Func<InputRequest, string?>? readLine = null,
        int mostText = OutputLimit.UsualText)
    {
        var compiler = Task.Run(() => CSharpScript.Create("0").Compile()); // what the first cell would wait for
        (this.output, this.mostText) = (output, mostText);
        limit = new OutputLimit(mostText);
        readLine ??= _ => null;
        console = new SessionConsole((name, text) => Emit(new CellOutput.Stream(name, text)), () => readLine(new InputRequest("", false)));
        cells = new CellKernel(folder, gate, console);
        kernels = Kernels.Around(cells, readLine);
        kernels.KernelEvents.Subscribe(Hear);
        Language = new CellLanguage(cells, kernels);
        begun = compiler.ContinueWith(_ => cells.Begin(), TaskScheduler.Default);
    }

    /// <summary>Answers for a cell that is being written, also while another runs. What has run, and only that, is its context.</summary>
    internal CellLanguage Language { get; }

    /// <summary>Runs one cell and returns when it has ended.</summary>
    /// <param name="code">The text of the cell.</param>
    /// <param name="number">Its execution count, by which errors name it.</param>
    /// <returns>The error, which has been sent as an output too; null where the cell ended well.</returns>
    public CellOutput.Error? Run(string code, int number)
    {
        begun.Wait();
        (stopReason, complaint, stray, limit) = (null, null, null, new OutputLimit(mostText));
        CellDisplay.Clearing = wait => Emit(new CellOutput.Clear(wait));
        code = cells.Expect(number, code);
        isRunning = true;
        try
        {
            CellOutput.Error? error = Submit(code);
            isRunning = false;
            if (error is not null && stopReason is not null) error = ErrorReport.Interrupted(stopReason);
            error = OutputLimit.Shortened(error);
            if (limit.LeftOut is string what) output(new CellOutput.Stream("stderr", what));
            if (error is not null && error != stray) Emit(error);
            return error;
        }
        finally
        {
            isRunning = false;
            CellDisplay.Clearing = null;
        }
    }

    /// <summary>The value of an expression in the scope of the cells so far, which is not shown.</summary>
    /// <returns>A <see cref="CellOutput.Result"/> or a <see cref="CellOutput.Error"/>.</returns>
    public CellOutput Evaluate(string expression)
    {
        (asked, answer) = (true, null);
        try
        {
            Run(expression, 0);
            return answer ?? new CellOutput.Result(MimeBundle.Of(null, []));
        }
        finally
        {
            asked = false;
        }
    }

    /// <summary>Asks the cell that runs to stop. Returns at once: <see cref="Run"/> returns when it has stopped.</summary>
    /// <param name="reason">Why, as a sentence for the error output.</param>
    /// <returns>Whether one runs.</returns>
    public bool Interrupt(string reason)
    {
        if (!isRunning) return false;
        stopReason ??= reason;
        if (!cells.Stop()) Task.Run(() => kernels.SendAsync(new Cancel())); // a package is being fetched, say
        return true;
    }

    /// <summary>Shows an exception that left a thread which nobody waits for. Without this it would end the process.</summary>
    internal void Report(Exception exception)
    {
        CellOutput.Error error = ErrorReport.Of(exception, cells.Sources, "");
        stray = error;
        Emit(error);
    }

    /// <summary>Gives the console back.</summary>
    public void Dispose()
    {
        kernels.Dispose();
        console.Dispose();
    }

    CellOutput.Error? Submit(string code)
    {
        try
        {
            KernelCommandResult result = CellKernel.Apart(() => kernels.SendAsync(new SubmitCode(code)));
            return cells.Failure ?? (result.Events.OfType<CommandFailed>().LastOrDefault() is { } failed ? Of(failed) : stray);
        }
        catch (Exception error)
        {
            return ErrorReport.Of(error, cells.Sources, ""); // in the packages themselves
        }
    }

    CellOutput.Error Of(CommandFailed failed)
    {
        string message = complaint ?? failed.Message;
        return failed.Exception is null ? ErrorReport.OfDirective(message) : ErrorReport.Of(failed.Exception, cells.Sources, "");
    }

    void Hear(KernelEvent said)
    {
        switch (said)
        {
            case DisplayedValueUpdated update:
                Show(update, displays.Add(update.ValueId) ? null : update.ValueId);
                break;
            case ReturnValueProduced { Value: DisplayedValue }:
                break; // display(…) without a semicolon has shown it
            case ReturnValueProduced result:
                Emit(new CellOutput.Result(MimeBundle.Of(result.Value, result.FormattedValues)));
                break;
            case DisplayedValueProduced display:
                displays.Add(display.ValueId);
                Show(display, null);
                break;
            case StandardOutputValueProduced text:
                Emit(new CellOutput.Stream("stdout", $"{text.FormattedValues.FirstOrDefault()?.Value}"));
                break;
            case StandardErrorValueProduced text:
                Emit(new CellOutput.Stream("stderr", $"{text.FormattedValues.FirstOrDefault()?.Value}"));
                break;
            case ErrorProduced error:
                complaint ??= error.Message;
                break;
        }
    }

    void Show(DisplayEvent display, string? known) => Emit(known is null
        ? new CellOutput.Display(display.ValueId ?? Guid.NewGuid().ToString("N"), MimeBundle.Of(display.Value, display.FormattedValues))
        : new CellOutput.Update(known, MimeBundle.Of(display.Value, display.FormattedValues)));

    void Emit(CellOutput value)
    {
        lock (gate)
        {
            if (asked && value is (CellOutput.Result or CellOutput.Error)) answer = value;
            else if (limit.Passes(value) is { } passed) output(passed);
        }
    }
}
