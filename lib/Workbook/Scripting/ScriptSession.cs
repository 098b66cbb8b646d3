using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace Workbook.Scripting;

/// <summary>
/// Executes the cells of one notebook, one after another, with what the earlier ones declared in scope. A front end (the headless
/// runner, a Jupyter kernel) hands in the text of a cell and receives its outputs as they come. There is one session in a process,
/// since it owns the console.
/// </summary>
/// <remarks>
/// Cells are C# 13 script with nothing imported and the framework referenced: exactly what a notebook says, so that a chapter that
/// runs here runs in other engines. A relative #r starts from the notebook's folder. An assembly that lies beside this program is always
/// taken from there (the runtime prefers it), so library and cells share one TorchSharp.
/// </remarks>
public sealed class ScriptSession : ICellHost, IDisposable
{
    readonly object gate = new();
    readonly Action<CellOutput> output;
    readonly SessionConsole console;
    readonly ScriptOptions options;
    readonly CellSources sources = new();
    CellThread thread = new();
    ScriptState<object>? state;
    volatile Interruptible? running;
    bool asked; // an expression is evaluated: its value is nobody's output
    CellOutput? answer;
    string? stopReason;
    int displays;

    /// <param name="folder">The notebook's folder: where a relative #r starts.</param>
    /// <param name="output">Receives the outputs in order, from whatever thread they come; never two at a time.</param>
    /// <param name="readLine">What Console.ReadLine asks; nobody answers where it is null.</param>
    public ScriptSession(string folder, Action<CellOutput> output, Func<string?>? readLine = null)
    {
        this.output = output;
        console = new SessionConsole((name, text) => Emit(new CellOutput.Stream(name, text)), readLine ?? (() => null));
        options = ScriptOptions.Default
            .WithLanguageVersion(LanguageVersion.CSharp13)
            .WithOptimizationLevel(OptimizationLevel.Debug) // optimised code has no line for an index out of range
            .WithEmitDebugInformation(true) // line numbers in errors
            .WithFileEncoding(Encoding.UTF8)
            .WithMetadataResolver(new DocumentedReferences(ScriptMetadataResolver.Default.WithBaseDirectory(folder)))
            .AddReferences(Framework.Value)
            .AddReferences(StoppableLoops.Reference);
        Language = new CellLanguage(() => Next("", options));
    }

    /// <summary>Loads in the background what the first cell would wait for.</summary>
    public void Warm() => Task.Run(() => CSharpScript.Create("0", options).Compile());

    /// <summary>Answers for a cell that is being written, also while another runs. What has run, and only that, is its context.</summary>
    internal CellLanguage Language { get; }

    /// <summary>Cancelled when the running cell is asked to stop.</summary>
    public CancellationToken Stopping => running?.Stopping ?? CancellationToken.None;

    /// <summary>Runs one cell, on the session's own thread, and returns when it has ended.</summary>
    /// <param name="code">The text of the cell.</param>
    /// <param name="number">Its execution count, by which errors name it.</param>
    /// <returns>The error, which has been sent as an output too; null where the cell ended well.</returns>
    public CellOutput.Error? Run(string code, int number)
    {
        string name = sources.Add(number, code);
        var run = new Interruptible(gate);
        stopReason = null;
        CellDisplay.MustStop = false;
        CellDisplay.Host = this;
        running = run;
        try
        {
            CellOutput.Error? error = null;
            // Compiling heeds the token and is never aborted: the compiler must survive the cell.
            Script<object>? script = Compile(code, name, run.Stopping, ref error);
            bool ended = script is not null ? thread.Run(() => run.Run(() => error = Execute(script, name, run.Stopping))) : error is not null;
            if (!ended || run.Stopping.IsCancellationRequested && error is not null)
            {
                error = ErrorReport.Interrupted(stopReason);
                thread.Dispose();
                thread = new CellThread();
                console.Install();
            }
            if (error is not null) Emit(error);
            return error;
        }
        finally
        {
            running = null;
            run.End();
            CellDisplay.Host = null;
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
            return answer ?? new CellOutput.Result(MimeBundle.Of(null));
        }
        finally
        {
            asked = false;
        }
    }

    /// <summary>Stops the cell that runs, whatever it does. Returns at once: <see cref="Run"/> returns when it has stopped.</summary>
    /// <param name="reason">Why, as a sentence for the error output.</param>
    /// <returns>Whether one runs.</returns>
    public bool Interrupt(string reason)
    {
        if (running is not Interruptible run) return false;
        stopReason ??= reason;
        run.Stop();
        return true;
    }

    /// <summary>Gives the console back.</summary>
    public void Dispose()
    {
        console.Dispose();
        thread.Dispose();
    }

    string ICellHost.Show(object? value)
    {
        string id = $"display-{Interlocked.Increment(ref displays)}";
        Emit(new CellOutput.Display(id, MimeBundle.Of(value)));
        return id;
    }

    void ICellHost.Clear(bool wait) => Emit(new CellOutput.Clear(wait));

    void ICellHost.Update(string id, object? value) => Emit(new CellOutput.Update(id, MimeBundle.Of(value)));

    /// <summary>The compiled cell; null where it has errors or was stopped.</summary>
    Script<object>? Compile(string code, string name, CancellationToken stopping, ref CellOutput.Error? error)
    {
        try
        {
            if (StoppableLoops.In(code) is string stoppable && Compiled(stoppable, name, out Diagnostic[] none, stopping) is var heeding && none.Length == 0) return heeding;
            Script<object> script = Compiled(code, name, out Diagnostic[] errors, stopping);
            if (errors.Length == 0) return script;
            error = ErrorReport.Of(errors, script.GetCompilation(), sources[name]);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (CompilationErrorException wrong)
        {
            error = ErrorReport.Of(wrong.Diagnostics, null, sources[name]);
        }
        return null;
    }

    Script<object> Compiled(string code, string name, out Diagnostic[] errors, CancellationToken stopping)
    {
        Script<object> script = Next(code, options.WithFilePath(name));
        errors = [.. script.Compile(stopping).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)];
        return script;
    }

    /// <summary>A script after the cells so far, whose references it has: to give them again costs a third of the time.</summary>
    Script<object> Next(string code, ScriptOptions options) =>
        state is { } before ? before.Script.ContinueWith(code, options.WithReferences((MetadataReference[])[])) : CSharpScript.Create(code, options);

    CellOutput.Error? Execute(Script<object> script, string name, CancellationToken stopping)
    {
        try
        {
            // Also after an exception: what the cell had declared by then stays declared, as in every notebook engine.
            state = Wait(state is null ? script.RunAsync(null, _ => true, stopping) : script.RunFromAsync(state, _ => true, stopping));
            if (state.Exception is not null) return ErrorReport.Of(state.Exception, sources, name);
            if (TrailingExpression.IsShownIn(script.GetCompilation())) Emit(new CellOutput.Result(MimeBundle.Of(state.ReturnValue)));
            return null;
        }
        catch (Exception error)
        {
            return ErrorReport.Of(error, sources, name); // a formatter failed, a lazy sequence when it was written out, a reference when it was loaded
        }
    }

    static ScriptState<object> Wait(Task<ScriptState<object>> task) => task.GetAwaiter().GetResult();

    void Emit(CellOutput value)
    {
        lock (gate)
        {
            if (asked && value is (CellOutput.Result or CellOutput.Error)) answer = value;
            else output(value);
        }
    }

    /// <summary>All of the framework, as in other engines; the resolver's own default is a smaller choice.</summary>
    static readonly Lazy<MetadataReference[]> Framework = new(() =>
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return [.. from file in Directory.EnumerateFiles(framework, "*.dll").Order(StringComparer.Ordinal)
               let name = Path.GetFileNameWithoutExtension(file)
               where name is "Microsoft.CSharp" or "netstandard" or "mscorlib" || (name.StartsWith("System.", StringComparison.Ordinal) && !name.EndsWith(".Native", StringComparison.Ordinal))
               select MetadataReference.CreateFromFile(file, documentation: new ReferenceDocumentation(file))];
    });
}
