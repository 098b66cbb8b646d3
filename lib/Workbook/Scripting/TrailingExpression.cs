using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Workbook.Scripting;

/// <summary>Which value a cell shows: that of a last expression without a semicolon, unless it only assigns or has no value.</summary>
static class TrailingExpression
{
    internal static bool IsShownIn(Compilation compilation)
    {
        SyntaxTree tree = compilation.SyntaxTrees.Single();
        if (tree.GetRoot() is not CompilationUnitSyntax { Members: [.., GlobalStatementSyntax { Statement: ExpressionStatementSyntax last }] }
            || !last.SemicolonToken.IsMissing || last.Expression is AssignmentExpressionSyntax) return false;
        return compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type?.SpecialType != SpecialType.System_Void;
    }
}
