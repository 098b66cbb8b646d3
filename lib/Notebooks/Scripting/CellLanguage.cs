using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using LinePosition = Microsoft.DotNet.Interactive.LinePosition;

namespace Notebooks.Scripting;

/// <summary>
/// What an editor wants to know of a cell that is being written, after the cells that have run: the answers of .NET Interactive's C# kernel
/// in the form that Jupyter's protocol asks for. Any thread may ask, also while a cell runs.
/// </summary>
sealed class CellLanguage(CellKernel cells, CompositeKernel kernels)
{
    /// <summary>With what Roslyn lets a type sort whose namespace is not open.</summary>
    const char Unimported = '~';

    /// <summary>Loads what the first question needs, which takes seconds.</summary>
    internal void Warm()
    {
        const string Code = "System.Math.Abs(1).";
        Complete(Code, Code.Length);
        Inspect(Code, Code.IndexOf('('));
    }

    /// <summary>What may stand at the position, by what is typed of it; nothing inside a string or a comment.</summary>
    internal Completions Complete(string code, int position)
    {
        position = Math.Clamp(position, 0, code.Length);
        if (IsDirective(code, position)) return Directive(code, position);
        if (CellPlace.IsText(Parsed(code), position)) return new(position, position, []);
        int start = CellPlace.WordStart(code, position), end = start == position && position > 0
            && code[position - 1] == '.' ? position : CellPlace.WordEnd(code, position);
        string typed = code[start..position];
        CompletionsProduced? found = Ask<RequestCompletions, CompletionsProduced>(new(code, At(code, position)));
        Completions.Item[] items = [.. from item in found?.Completions ?? []
            where item.Kind is not "Snippet" && !item.SortText.StartsWith(Unimported)
                && item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
            orderby item.FilterText.StartsWith(typed, StringComparison.Ordinal) ? 0 : 1, item.Kind is "Keyword" ? 1 : 0, item.SortText
            select new Completions.Item(Inserted(item), Kind(item.Kind))];
        return new(start, end, [.. Named(items, code, position).DistinctBy(item => item.Text)]);
    }

    /// <summary>The parameters of what is called get the colon with which they are written; the kernel offers their names alone.</summary>
    IEnumerable<Completions.Item> Named(Completions.Item[] items, string code, int position)
    {
        if (items.All(item => item.Kind != "parameter")) return items;
        SignatureHelpProduced? help = Ask<RequestSignatureHelp, SignatureHelpProduced>(new(code, At(code, position)));
        HashSet<string> names = [.. from signature in help?.Signatures
            ?? [] from parameter in signature.Parameters select parameter.Label.Split(' ')[^1]];
        return items.Select(item => item.Kind == "parameter" && names.Contains(item.Text) ? item with { Text = item.Text + ":" } : item)
            .OrderBy(item => item.Text.EndsWith(':') ? 0 : 1);
    }

    /// <summary>What is known of the name at the position or, within an argument list, of what is called; null where there is
    /// nothing.</summary>
    internal Inspection? Inspect(string code, int position)
    {
        position = Math.Clamp(position, 0, code.Length);
        SyntaxNode root = Parsed(code);
        if (CellPlace.IsText(root, position)) return null;
        if (CellPlace.Word(root, position) is SyntaxToken word)
        {
            if (word.Span.End < code.Length && code[word.Span.End] == '('
                && Signatures(code, word.Span.End + 1) is { IsDocumented: true } called) return called;
            HoverTextProduced? hover = Ask<RequestHoverText, HoverTextProduced>(new(code, At(code, word.SpanStart)));
            if (hover?.Content.FirstOrDefault()?.Value is { Length: > 0 } text && Inspection.OfHover(text) is { } known) return known;
        }
        return Signatures(code, position);
    }

    Inspection? Signatures(string code, int position) =>
        Ask<RequestSignatureHelp, SignatureHelpProduced>(new(code, At(code, position))) is { Signatures.Count: > 0 } help
            ? Inspection.OfSignatures(help) : null;

    TEvent? Ask<TCommand, TEvent>(TCommand question) where TCommand : LanguageServiceCommand where TEvent : KernelEvent =>
        CellKernel.Apart(() => cells.Ask<TCommand, TEvent>(question));

    /// <summary>Directives are the composite kernel's.</summary>
    Completions Directive(string code, int position)
    {
        KernelCommandResult result = CellKernel.Apart(() => kernels.SendAsync(new RequestCompletions(code, At(code, position))));
        int start = code.LastIndexOfAny([' ', '\n'], Math.Max(0, position - 1)) + 1;
        string typed = code[start..position];
        return new(start, position, [.. result.Events.OfType<CompletionsProduced>().SelectMany(produced => produced.Completions)
            .Where(item => item.InsertText.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Select(item => new Completions.Item(item.InsertText, Kind(item.Kind))).DistinctBy(item => item.Text)]);
    }

    static bool IsDirective(string code, int position) =>
        code[(position == 0 ? 0 : code.LastIndexOf('\n', position - 1) + 1)..].StartsWith("#!", StringComparison.Ordinal);

    static SyntaxNode Parsed(string code) => CSharpSyntaxTree.ParseText(code, StoppableLoops.Options).GetRoot();

    static LinePosition At(string code, int position)
    {
        Microsoft.CodeAnalysis.Text.LinePosition at = SourceText.From(code).Lines.GetLinePosition(position);
        return new(at.Line, at.Character);
    }

    /// <summary>A verbatim @class where that is what must be written, but not the &lt;&gt; behind a generic name.</summary>
    static string Inserted(CompletionItem item) =>
        item.DisplayText.EndsWith("<>", StringComparison.Ordinal) ? item.DisplayText[..^2] : item.DisplayText;

    static string Kind(string? kind) => kind switch
    {
        null => "text",
        "ExtensionMethod" => "method",
        "Structure" => "struct",
        "EnumMember" => "enum member",
        "TypeParameter" => "type parameter",
        _ => kind.ToLowerInvariant(),
    };
}
