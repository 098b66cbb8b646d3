using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Notebooks.Scripting;

/// <summary>Whether code can be run as it stands, in the terms of Jupyter's protocol.</summary>
/// <param name="Status">complete, incomplete or invalid.</param>
/// <param name="Indent">With what the next line of incomplete code begins.</param>
sealed record Completeness(string Status, string Indent = "")
{
    const string OneLevel = "    ", NewlineInConstant = "CS1010";

    internal static Completeness Of(string code)
    {
        // another kernel's to say
        if (code.Split('\n').Any(line => line.StartsWith("#!", StringComparison.Ordinal))) return new("complete");
        SyntaxTree tree = CSharpSyntaxTree.ParseText(code, StoppableLoops.Options);
        Diagnostic[] errors = [.. tree.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        // What follows in another line does not close a string that ends in this one.
        bool open = !SyntaxFactory.IsCompleteSubmission(tree) && errors.All(error => error.Id != NewlineInConstant);
        if (open || tree.GetRoot().DescendantTokens().Any(token => token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)
            && token.ContainsDiagnostics)) return new("incomplete", NextIndent(tree, code));
        return new(errors.Length > 0 ? "invalid" : "complete");
    }

    /// <summary>As the last line is indented, and one level more where it opens more brackets than it closes.</summary>
    static string NextIndent(SyntaxTree tree, string code)
    {
        string text = code.TrimEnd();
        int start = text.LastIndexOf('\n') + 1;
        string indent = new([.. text[start..].TakeWhile(char.IsWhiteSpace)]);
        int depth = tree.GetRoot().DescendantTokens().Where(token => token.SpanStart >= start && !token.IsMissing)
            .Sum(token => token.Kind() switch
        {
            SyntaxKind.OpenBraceToken or SyntaxKind.OpenParenToken or SyntaxKind.OpenBracketToken => 1,
            SyntaxKind.CloseBraceToken or SyntaxKind.CloseParenToken or SyntaxKind.CloseBracketToken => -1,
            _ => 0,
        });
        return depth > 0 ? indent + OneLevel : indent;
    }
}
