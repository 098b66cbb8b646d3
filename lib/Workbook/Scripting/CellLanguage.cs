using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Tags;

namespace Workbook.Scripting;

/// <summary>
/// What an editor wants to know of a cell that is being written, after the cells that have run: candidates, help, and whether it can be
/// run. Roslyn's editing services answer; they are loaded with the first question. Any thread may ask, also while a cell runs.
/// </summary>
/// <param name="next">Makes of code the script that the session would run now.</param>
sealed class CellLanguage(Func<string, Script> next)
{
    readonly Lazy<CellDocuments> documents = new(() => new CellDocuments());

    /// <summary>Loads what the first question needs, which takes a second or two.</summary>
    internal void Warm()
    {
        const string Code = "System.Math.Abs(1).";
        Complete(Code, Code.Length, CancellationToken.None);
        Inspect(Code, Code.IndexOf('('), 0, CancellationToken.None);
    }

    /// <summary>What may stand at the position, by what is typed of it; nothing inside a string or a comment.</summary>
    internal Completions Complete(string code, int position, CancellationToken cancellation)
    {
        position = Math.Clamp(position, 0, code.Length);
        Document document = documents.Value.Of(next(code));
        if (CellPlace.IsText(Root(document, cancellation), position)) return new(position, position, []);
        CompletionList list = CompletionService.GetService(document)!.GetCompletionsAsync(document, position, CompletionTrigger.Invoke, cancellationToken: cancellation).GetAwaiter().GetResult();
        string typed = code[Math.Min(list.Span.Start, position)..position];
        Completions.Item[] items = [.. from item in list.ItemsList
            where !item.IsComplexTextEdit && item.InlineDescription.Length == 0 && !item.Tags.Contains(WellKnownTags.Snippet)
                && item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
            orderby item.FilterText.StartsWith(typed, StringComparison.Ordinal) ? 0 : 1, item.Tags.Contains(WellKnownTags.Keyword) ? 1 : 0, item.SortText
            select new Completions.Item(Inserted(item), Kind(item))];
        return new(list.Span.Start, list.Span.End, [.. items.DistinctBy(item => item.Text)]);
    }

    /// <summary>What is known of the name at the position or, within an argument list, of what is called, with 1 as detail its remarks too; null where there is nothing.</summary>
    internal Inspection? Inspect(string code, int position, int detail, CancellationToken cancellation)
    {
        position = Math.Clamp(position, 0, code.Length);
        Document document = documents.Value.Of(next(code));
        SemanticModel model = document.GetSemanticModelAsync(cancellation).GetAwaiter().GetResult()!;
        SyntaxNode root = Root(document, cancellation);
        return CellPlace.Word(root, position) is SyntaxToken word && About(document, model, word, cancellation) is { } named ? named.Write(detail)
            : CellPlace.Call(root, position) is { } call && CalledMethods.Of(model, call, cancellation) is [var chosen, ..] all ? new Help([.. all.Select(Signature)], chosen).Write(detail)
            : null;

        string Signature(ISymbol method) => method.ToMinimalDisplayString(model, position);
    }

    /// <summary>Whether the code can be run, or goes on in another line.</summary>
    internal Completeness Judge(string code) => Completeness.Of(code, (CSharpParseOptions)next("").GetCompilation().SyntaxTrees.Single().Options);

    static Help? About(Document document, SemanticModel model, SyntaxToken word, CancellationToken cancellation)
    {
        if (CalledMethods.Named(model, word, cancellation) is [var chosen, ..] methods)
            return new([.. methods.Select(method => method.ToMinimalDisplayString(model, word.SpanStart))], chosen);
        QuickInfoItem? info = QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, word.SpanStart, cancellation).GetAwaiter().GetResult();
        string? headline = info?.Sections.FirstOrDefault(section => section.Kind == QuickInfoSectionKinds.Description)?.Text;
        if (string.IsNullOrWhiteSpace(headline)) return null;
        return new([headline], CalledMethods.Symbol(model, word, cancellation));
    }

    static SyntaxNode Root(Document document, CancellationToken cancellation) => document.GetSyntaxRootAsync(cancellation).GetAwaiter().GetResult()!;

    /// <summary>A verbatim @class or named: where Roslyn shows it otherwise, but not the &lt;&gt; behind a generic name.</summary>
    static string Inserted(CompletionItem item) =>
        item.Properties.GetValueOrDefault("InsertionText") ?? item.DisplayText + (item.DisplayTextSuffix == ":" ? ":" : "");

    static string Kind(CompletionItem item) => item.Tags.IsEmpty ? "text" : item.Tags[0] switch
    {
        WellKnownTags.ExtensionMethod => "method",
        WellKnownTags.Structure => "struct",
        WellKnownTags.EnumMember => "enum member",
        WellKnownTags.TypeParameter => "type parameter",
        var tag => tag.ToLowerInvariant(),
    };
}
