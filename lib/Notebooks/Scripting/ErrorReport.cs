using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Notebooks.Scripting;

/// <summary>
/// Errors as a reader of the notebook needs them: what happened, then where in the cells, with the lines quoted. Frames of the engine
/// and paths of the machine that ran it are left out.
/// </summary>
static partial class ErrorReport
{
    const int MostErrors = 10;

    internal static CellOutput.Error Interrupted(string? reason = null)
    {
        string message = reason ?? "The cell was stopped.";
        return new("Interrupted", message, [message]) { IsInterruption = true };
    }

    /// <summary>A line such as #!time or #r "nuget: …" that could not be followed.</summary>
    internal static CellOutput.Error OfDirective(string complaint)
    {
        string text = DirectiveHints.WithoutPlaces(complaint);
        string? hint = DirectiveHints.For(text);
        return new("DirectiveError", hint ?? text, hint is null ? [text] : [hint, text]);
    }

    /// <summary>
    /// The compiler's errors: each a sentence that says what to do, the line with a mark, and the compiler's own text in the form
    /// (line,column): error CS1002: ; expected. Where there is no such sentence, the compiler's text stands first.
    /// </summary>
    internal static CellOutput.Error Of(IReadOnlyList<Diagnostic> errors, Compilation? compilation, CellSources sources, string cell)
    {
        var traceback = new List<string>();
        foreach (Diagnostic error in errors.Take(MostErrors))
        {
            FileLinePositionSpan where = error.Location.GetLineSpan();
            LinePosition at = where.StartLinePosition;
            string place = where.Path == cell || where.Path == "" ? "" : Path.GetFileName(where.Path),
                text = $"{place}({at.Line + 1},{at.Character + 1}): error {error.Id}: {error.GetMessage()}";
            string? hint = compilation is null ? null : CompilerHints.For(error, compilation);
            traceback.Add(hint ?? text);
            if (LineOf(error, sources, cell) is string line)
            {
                string marked = Marked(at.Line + 1, line);
                traceback.Add(marked);
                traceback.Add(new string(' ', marked.Length - line.Length)
                    + new string([.. line.Take(at.Character).Select(c => c == '\t' ? '\t' : ' ')]) + "^");
            }
            if (hint is not null) traceback.Add(text);
        }
        if (errors.Count > MostErrors) traceback.Add($"… and {errors.Count - MostErrors} more errors");
        return new("CompilationError", traceback[0], traceback, errors[0].Location.GetLineSpan().StartLinePosition.Line + 1,
            LineOf(errors[0], sources, cell)?.Trim());
    }

    /// <summary>The line of an error, of the cell or of a file that it loads.</summary>
    static string? LineOf(Diagnostic error, CellSources sources, string cell)
    {
        FileLinePositionSpan where = error.Location.GetLineSpan();
        if (where.Path == cell || where.Path == "") return sources.Line(cell, where.StartLinePosition.Line + 1);
        return error.Location.SourceTree?.GetText().Lines[where.StartLinePosition.Line].ToString();
    }

    /// <summary>An exception that left a cell: what happened, the line of the cell, and how the calls led there.</summary>
    internal static CellOutput.Error Of(Exception exception, CellSources sources, string cell)
    {
        int? line = Frames(exception).Where(frame => frame.GetFileName() == cell)
            .Select(frame => (int?)frame.GetFileLineNumber()).FirstOrDefault();
        exception = Telling(exception);
        var traceback = new List<string>();
        for (Exception? error = exception; error is not null; error = error.InnerException)
        {
            traceback.Add((error == exception ? "" : "caused by ") + $"{error.GetType().Name}: {RuntimeHints.Message(error)}");
            traceback.AddRange(from frame in new StackTrace(error, fNeedFileInfo: true).GetFrames()
                               let place = Place(frame, sources)
                               where place is not null
                               select "   at " + place);
        }
        string? source = line is int number ? sources.Line(cell, number)?.Trim() : null, hint = RuntimeHints.For(exception);
        if (source is not null) traceback.Insert(hint is null ? 1 : 0, Marked(line!.Value, source));
        if (hint is not null) traceback.Insert(0, hint);
        return new(exception.GetType().Name, hint ?? RuntimeHints.Message(exception), traceback, line, source);
    }

    /// <summary>Where an exception passed, the innermost first: a wrapper's own frames come after those of what it carries.</summary>
    static IEnumerable<StackFrame> Frames(Exception? error) =>
        error is null ? [] : Frames(error.InnerException).Concat(new StackTrace(error, fNeedFileInfo: true).GetFrames());

    static string Marked(int number, string line) => $"→ {number}: {line}";

    /// <summary>Some exceptions only carry another one, which says what happened.</summary>
    static Exception Telling(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Telling(only),
        TypeInitializationException or TargetInvocationException when error.InnerException is not null => Telling(error.InnerException),
        _ => error,
    };

    /// <summary>Where a frame is, for a reader; null for frames of the engine and of the machinery of async.</summary>
    static string? Place(StackFrame frame, CellSources sources)
    {
        if (frame.GetMethod() is not MethodBase method) return null;
        string? file = frame.GetFileName();
        if (sources.Knows(file))
        {
            int number = frame.GetFileLineNumber();
            string function = Function(method);
            return $"{(function == "" ? "" : function + " in ")}{file}, line {number}: {sources.Line(file, number)?.Trim()}";
        }
        if (file is not null && file.EndsWith(".csx", StringComparison.OrdinalIgnoreCase))
            return $"{(Function(method) is { Length: > 0 } loaded ? loaded + " in " : "")}{Path.GetFileName(file)}, line "
                + $"{frame.GetFileLineNumber()}";
        Type? type = method.DeclaringType;
        string space = type?.Namespace ?? "";
        bool machinery = type is null || type.Name.StartsWith('<') || type.Name.StartsWith("Submission#", StringComparison.Ordinal)
            || Machinery.Any(prefix => space == prefix || space.StartsWith(prefix + ".", StringComparison.Ordinal));
        return machinery ? null : $"{(space == "" ? "" : space + ".")}{Name(type!)}.{method.Name}";
    }

    static readonly string[] Machinery = ["Microsoft.CodeAnalysis", "Microsoft.DotNet.Interactive", "Notebooks", "Workbook",
        "System.Runtime", "System.Threading"];

    /// <summary>The function of a cell that a frame belongs to, without the names the compiler makes up; empty for the cell
    /// itself.</summary>
    static string Function(MethodBase method)
    {
        Type type = method.DeclaringType!;
        string name = method.Name == "MoveNext" && type.Name.StartsWith('<') ? type.Name : method.Name;
        if (LocalFunction().Match(name) is { Success: true } local) return local.Groups[1].Value;
        if (Generated().Match(name) is { Success: true } generated)
            return generated.Groups[1].Value is "Initialize" or "Factory" ? "" : generated.Groups[1].Value;
        while (type.Name.StartsWith('<') && type.DeclaringType is not null) type = type.DeclaringType;
        return type.Name.StartsWith("Submission#", StringComparison.Ordinal) ? name : $"{Name(type)}.{name}";
    }

    static string Name(Type type) => (type.DeclaringType is Type outer
        && !outer.Name.StartsWith("Submission#", StringComparison.Ordinal) ? Name(outer) + "." : "") + type.Name.Split('`')[0];

    [GeneratedRegex(@">g__(\w+)\|")]
    private static partial Regex LocalFunction();

    /// <summary>&lt;&lt;Initialize&gt;&gt;d__0, &lt;f&gt;d__3, &lt;f&gt;b__0_1.</summary>
    [GeneratedRegex(@"^<<?(\w+)>")]
    private static partial Regex Generated();
}
