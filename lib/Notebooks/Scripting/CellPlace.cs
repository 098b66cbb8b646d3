using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Notebooks.Scripting;

/// <summary>Where in the syntax of a cell, complete or not, a position is.</summary>
static class CellPlace
{
    /// <summary>Whether the position is inside a comment or the text of a string, where C# has nothing to say.</summary>
    internal static bool IsText(SyntaxNode root, int position)
    {
        if (position == 0) return false;
        SyntaxTrivia trivia = root.FindTrivia(position - 1);
        switch (trivia.Kind())
        {
            case SyntaxKind.SingleLineCommentTrivia or SyntaxKind.SingleLineDocumentationCommentTrivia:
                return position > trivia.SpanStart + 1;
            case SyntaxKind.MultiLineCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia:
                return position > trivia.SpanStart + 1
                    && (position < trivia.Span.End || !trivia.ToString().EndsWith("*/", StringComparison.Ordinal));
        }
        SyntaxToken left = Left(root, position);
        return left.Kind() switch
        {
            SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken
                or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.Utf8StringLiteralToken => position < left.Span.End || position == left.Span.End && left.ContainsDiagnostics,
            SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringStartToken
                or SyntaxKind.InterpolatedVerbatimStringStartToken
                or SyntaxKind.InterpolatedSingleLineRawStringStartToken or SyntaxKind.InterpolatedMultiLineRawStringStartToken => true,
            SyntaxKind.CloseBraceToken => left.Parent is InterpolationSyntax,
            _ => false,
        };
    }

    /// <summary>The name or keyword that the position is in or touches; null where there is none.</summary>
    internal static SyntaxToken? Word(SyntaxNode root, int position)
    {
        SyntaxToken at = root.FindToken(position), left = Left(root, position);
        return IsWord(at) && at.SpanStart <= position ? at : IsWord(left) && left.Span.End >= position ? left : null;

        static bool IsWord(SyntaxToken token) => !token.IsMissing
            && (token.IsKind(SyntaxKind.IdentifierToken) || SyntaxFacts.IsKeywordKind(token.Kind()));
    }

    /// <summary>Where the name begins that the position is in or behind.</summary>
    internal static int WordStart(string code, int position)
    {
        while (position > 0 && SyntaxFacts.IsIdentifierPartCharacter(code[position - 1])) position--;
        return position;
    }

    /// <summary>Where it ends.</summary>
    internal static int WordEnd(string code, int position)
    {
        while (position < code.Length && SyntaxFacts.IsIdentifierPartCharacter(code[position])) position++;
        return position;
    }

    /// <summary>The token that begins before the position.</summary>
    static SyntaxToken Left(SyntaxNode root, int position)
    {
        SyntaxToken token = root.FindToken(position);
        while (token.SpanStart >= position && token.SpanStart > 0 || token.IsMissing)
        {
            SyntaxToken before = token.GetPreviousToken();
            if (before.RawKind == 0) break;
            token = before;
        }
        return token;
    }
}
