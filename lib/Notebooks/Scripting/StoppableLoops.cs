using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Notebooks.Cells;

namespace Notebooks.Scripting;

/// <summary>
/// Has every loop of a cell look, at the start of each round, whether the cell is asked to stop. So a loop that computes forever ends with
/// an exception like any other, and the thread need not be aborted. Lines stay where they are.
/// </summary>
static class StoppableLoops
{
    const string Look = $"global::{nameof(Notebooks)}.{nameof(Cells)}.{nameof(CellDisplay)}.{nameof(CellDisplay.ThrowIfStopped)}();";

    /// <summary>How a cell is parsed.</summary>
    internal static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>What the loops call.</summary>
    internal static MetadataReference Reference { get; } = MetadataReference.CreateFromFile(typeof(CellDisplay).Assembly.Location);

    /// <summary>The cell with the calls; null where it has no loop.</summary>
    internal static string? In(string code)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(code, Options).GetRoot();
        StatementSyntax[] bodies = [.. root.DescendantNodes().Select(Body).OfType<StatementSyntax>().Where(body => !body.IsMissing)];
        if (bodies.Length == 0) return null;

        var insertions = bodies.SelectMany(body => body is BlockSyntax block
            ? [(At: block.OpenBraceToken.Span.End, Text: $" {Look}")]
            : new[] { (At: body.SpanStart, Text: $"{{ {Look} "), (At: body.Span.End, Text: " }") });
        var text = new StringBuilder();
        int copied = 0;
        foreach ((int at, string call) in insertions.OrderBy(insertion => insertion.At))
        {
            text.Append(code, copied, at - copied).Append(call);
            copied = at;
        }
        return text.Append(code, copied, code.Length - copied).ToString();
    }

    static StatementSyntax? Body(SyntaxNode node) => node switch
    {
        CommonForEachStatementSyntax loop => loop.Statement,
        ForStatementSyntax loop => loop.Statement,
        WhileStatementSyntax loop => loop.Statement,
        DoStatementSyntax loop => loop.Statement,
        _ => null,
    };
}
