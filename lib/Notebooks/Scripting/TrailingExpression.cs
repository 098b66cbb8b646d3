using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Notebooks.Scripting;

/// <summary>Which value a cell shows: what it returns, or that of a last expression without a semicolon, unless it only assigns or has no
/// value.</summary>
static class TrailingExpression
{
    /// <param name="compilation">The cell, compiled.</param>
    /// <param name="cell">Its name, by which it is told from the files that it loads.</param>
    internal static bool IsShownIn(Compilation compilation, string cell)
    {
        SyntaxTree tree = compilation.SyntaxTrees.Single(tree => tree.FilePath == cell);
        if (tree.GetRoot().DescendantNodes(
            node => node is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax)
            or GlobalStatementSyntax)
            .Any(node => node is ReturnStatementSyntax { Expression: not null })) return true;
        if (tree.GetRoot() is not CompilationUnitSyntax
            {
                Members: [..,
            GlobalStatementSyntax { Statement: ExpressionStatementSyntax last }]
            }
            || !last.SemicolonToken.IsMissing || last.Expression is AssignmentExpressionSyntax) return false;
        return compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type?.SpecialType != SpecialType.System_Void;
    }
}
