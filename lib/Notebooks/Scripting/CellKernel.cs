using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Notebooks.Cells;
using Diagnostic = Microsoft.CodeAnalysis.Diagnostic;

namespace Notebooks.Scripting;

/// <summary>
/// .NET Interactive's C# kernel with another way to run a submission: with lines in runtime errors, with loops that stop, and with what a
/// cell had declared kept when it fails, in the first cell too. All else (completion, hover, signature help, values, packages) is as it is
/// there.
/// </summary>
/// <remarks>The base class offers no seam for that, and its last version is final: four of its private members are reached by
/// name.</remarks>
sealed partial class CellKernel : CSharpKernel, IKernelCommandHandler<SubmitCode>
{
    /// <summary>What every cell finds declared. The package's own display returns a value whose Update names another display.</summary>
    const string Prelude = """
        using static Microsoft.DotNet.Interactive.Kernel;
        Microsoft.DotNet.Interactive.Formatting.DisplayedValue display(object value, params string[] mimeTypes) =>
            Microsoft.DotNet.Interactive.KernelInvocationContextExtensions.Display(
                Microsoft.DotNet.Interactive.KernelInvocationContext.Current, value, mimeTypes);
        """;

    readonly object gate;
    readonly SessionConsole console;
    readonly HashSet<MetadataReference> given = [];
    readonly ConcurrentQueue<ScriptState> unseen = new(); // by the language services
    readonly SemaphoreSlim questions = new(1);
    readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    string cell = "", submitted = "";
    int partStart;
    volatile StoppableRun? running;

    /// <param name="folder">Where a relative #r or #load starts.</param>
    /// <param name="gate">Held while an output is written.</param>
    /// <param name="console">What the cells write to.</param>
    internal CellKernel(string folder, object gate, SessionConsole console) : base("csharp")
    {
        (this.gate, this.console) = (gate, console);
        WorkingDirectory(this) = Directory.GetCurrentDirectory(); // or #!set would put resolvers of its own in place of these
        Options(this) = Options(this)
            .WithOptimizationLevel(OptimizationLevel.Debug) // optimised code has no line for an index out of range
            .WithEmitDebugInformation(true) // line numbers in errors
            .WithFileEncoding(Encoding.UTF8)
            .WithMetadataResolver(new DocumentedReferences(ScriptMetadataResolver.Default.WithBaseDirectory(folder)))
            .WithSourceResolver(new LoadedFiles(folder))
            .AddReferences(Framework())
            .AddReferences(StoppableLoops.Reference);
    }

    /// <summary>The cells that have run.</summary>
    internal CellSources Sources { get; } = new();

    /// <summary>How the last submission failed; null where it ended well.</summary>
    internal CellOutput.Error? Failure { get; private set; }

    /// <summary>Runs what stands before the first cell.</summary>
    internal void Begin()
    {
        Keep(Next(Prelude, Options(this)).RunAsync().GetAwaiter().GetResult());
        ready.SetResult();
    }

    /// <summary>Says which cell the next submissions are parts of.</summary>
    /// <returns>The cell as .NET Interactive takes it: a comment behind an #r is blank, since its parser would read words of it as more
    /// parameters.</returns>
    internal string Expect(int number, string code)
    {
        (cell, partStart, Failure) = (Sources.Add(number, code), 0, null);
        return submitted = Remarked().Replace(Sources.Text(cell),
            line => line.Groups[1].Value + new string(' ', line.Length - line.Groups[1].Length));
    }

    /// <summary>Asks the submission that runs to stop.</summary>
    /// <returns>Whether one runs.</returns>
    internal bool Stop()
    {
        if (running is not StoppableRun run) return false;
        run.Stop();
        return true;
    }

    /// <summary>Does the work in an invocation of its own, whatever the calling thread has done before, and waits for it.</summary>
    internal static T Apart<T>(Func<Task<T>> work)
    {
        using (ExecutionContext.SuppressFlow()) return Task.Run(work).GetAwaiter().GetResult();
    }

    /// <summary>What one of the kernel's language services says, at once, also while a cell runs: the kernel's own queue would let it
    /// wait.</summary>
    internal async Task<TEvent?> Ask<TCommand, TEvent>(TCommand question) where TCommand : LanguageServiceCommand where TEvent : KernelEvent
    {
        await ready.Task;
        await questions.WaitAsync();
        try
        {
            while (unseen.TryDequeue(out ScriptState? state)) await UpdateWorkspace(state);
            using KernelInvocationContext context = KernelInvocationContext.GetOrCreateAmbientContext(question);
            TEvent? answer = null;
            using (context.KernelEvents.Subscribe(said => answer = said as TEvent ?? answer)) await (
                (IKernelCommandHandler<TCommand>)(object)this).HandleAsync(question, context);
            return answer;
        }
        finally
        {
            questions.Release();
        }
    }

    Task IKernelCommandHandler<SubmitCode>.HandleAsync(SubmitCode command, KernelInvocationContext context)
    {
        context.Publish(new CodeSubmissionReceived(command));
        var run = new StoppableRun(gate, Cancelling(context));
        console.Install(); // the invocation has put writers of its own before it
        CellDisplay.MustStop = false;
        running = run;
        try
        {
            Failure = Execute(command, context, run);
            if (Failure is not null) context.Fail(command, message: Failure.Message);
        }
        finally
        {
            running = null;
            run.End();
        }
        return Task.CompletedTask;
    }

    CellOutput.Error? Execute(SubmitCode command, KernelInvocationContext context, StoppableRun run)
    {
        try
        {
            CellOutput.Error? error = null;
            if (Compile(InPlace(command.Code), context.CancellationToken, ref error) is not Script<object> script) return error;
            // Also after an exception: what the cell had declared by then stays declared, as in every notebook engine.
            var before = (ScriptState<object>)ScriptState!;
            if (run.Run(() => script.RunFromAsync(before, _ => true, context.CancellationToken)) is not { } state)
                return ErrorReport.Interrupted();
            Keep(state);
            if (state.Exception is not null)
                return run.IsStopping ? ErrorReport.Interrupted() : ErrorReport.Of(state.Exception, Sources, cell);
            if (run.Fault is not null) return ErrorReport.Of(run.Fault, Sources, cell);
            if (TrailingExpression.IsShownIn(script.GetCompilation(), cell)) context.Publish(Returned(state.ReturnValue, command));
            return null;
        }
        catch (Exception error)
        {
            // A formatter failed, a lazy sequence when it was written out, a reference when it was loaded.
            return run.IsStopping ? ErrorReport.Interrupted() : ErrorReport.Of(error, Sources, cell);
        }
    }

    static ReturnValueProduced Returned(object? value, SubmitCode command) => new(value, command, value switch
    {
        FormattedValue one => [one],
        IEnumerable<FormattedValue> several => [.. several],
        _ => FormattedValue.CreateManyFromObject(value),
    });

    /// <summary>The compiled cell; null where it has errors or was stopped.</summary>
    Script<object>? Compile(string code, CancellationToken stopping, ref CellOutput.Error? error)
    {
        try
        {
            if (StoppableLoops.In(code) is string stoppable && Compiled(stoppable, out Diagnostic[] none, stopping) is var script
                && none.Length == 0) return script;
            script = Compiled(code, out Diagnostic[] errors, stopping);
            if (errors.Length == 0) return script;
            error = ErrorReport.Of(errors, script.GetCompilation(), Sources, cell);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            error = ErrorReport.Interrupted();
        }
        catch (CompilationErrorException wrong)
        {
            error = ErrorReport.Of(wrong.Diagnostics, null, Sources, cell);
        }
        return null;
    }

    Script<object> Compiled(string code, out Diagnostic[] errors, CancellationToken stopping)
    {
        Script<object> script = Next(code, Options(this).WithFilePath(cell));
        errors = [.. script.Compile(stopping).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)];
        return script;
    }

    /// <summary>A script after the cells so far, whose references it has: to give them again costs a third of the time.</summary>
    Script<object> Next(string code, ScriptOptions options) => ScriptState is ScriptState<object> before
        ? before.Script.ContinueWith(code,
            options.WithReferences(options.MetadataReferences.Where(reference => !given.Contains(reference))))
        : CSharpScript.Create(code, options);

    void Keep(ScriptState<object> state)
    {
        SetScriptState(this, state);
        given.UnionWith(Options(this).MetadataReferences);
        unseen.Enqueue(state);
    }

    /// <summary>A part of a cell (between lines such as #!time) in the line where it stands there.</summary>
    string InPlace(string code)
    {
        int start = submitted.IndexOf(code, partStart, StringComparison.Ordinal);
        if (start < 0) return code;
        partStart = start + code.Length;
        return new string('\n', submitted.AsSpan(0, start).Count('\n')) + code;
    }

    Task UpdateWorkspace(ScriptState state)
    {
        object workspace = typeof(CSharpKernel).GetField("_workspace", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(this)!;
        return (Task)workspace.GetType().GetMethod("UpdateWorkspaceAsync")!.Invoke(workspace, [state])!;
    }

    [GeneratedRegex("""^([ \t]*#[ri][ \t]*"[^"\n]*")[ \t]*//[^\n]*""", RegexOptions.Multiline)]
    private static partial Regex Remarked();

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_scriptOptions")]
    static extern ref ScriptOptions Options(CSharpKernel kernel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_workingDirectory")]
    static extern ref string WorkingDirectory(CSharpKernel kernel);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ScriptState")]
    static extern void SetScriptState(CSharpKernel kernel, ScriptState state);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cancellationTokenSource")]
    static extern ref CancellationTokenSource Cancelling(KernelInvocationContext context);

    /// <summary>Where #load looks. A cell keeps its name, though there is no such file in the folder.</summary>
    sealed class LoadedFiles(string folder) : SourceFileResolver([], folder)
    {
        public override string? NormalizePath(string path, string? baseFilePath) =>
            path.StartsWith("cell ", StringComparison.Ordinal) ? path : base.NormalizePath(path, baseFilePath);
    }

    /// <summary>All of the framework; the kernel's own default is a smaller choice.</summary>
    static IEnumerable<MetadataReference> Framework()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return from file in Directory.EnumerateFiles(framework, "*.dll").Order(StringComparer.Ordinal)
               let name = Path.GetFileNameWithoutExtension(file)
               where name is "Microsoft.CSharp" or "netstandard" or "mscorlib"
                   || (name.StartsWith("System.", StringComparison.Ordinal) && !name.EndsWith(".Native", StringComparison.Ordinal))
               select MetadataReference.CreateFromFile(file);
    }
}
