using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Workbook.Scripting;

/// <summary>What a name in a cell stands for; of a method all overloads, the one that is meant first.</summary>
static class CalledMethods
{
    /// <summary>The overloads that a call may mean; none where nothing of the name is known.</summary>
    internal static IReadOnlyList<ISymbol> Of(SemanticModel model, SyntaxNode call, CancellationToken cancellation)
    {
        SyntaxNode named = call is InvocationExpressionSyntax invocation ? invocation.Expression : call;
        ISymbol? chosen = model.GetSymbolInfo(call, cancellation).Symbol;
        SeparatedSyntaxList<ArgumentSyntax> arguments = call.ChildNodes().OfType<ArgumentListSyntax>().SingleOrDefault()?.Arguments ?? default;
        return [.. model.GetMemberGroup(named, cancellation)
            .OrderBy(method => SymbolEqualityComparer.Default.Equals(method.OriginalDefinition, chosen?.OriginalDefinition) ? 0 : Takes(method, arguments, model, cancellation) ? 1 : 2)];
    }

    /// <summary>The overloads of the method that the word names, or of the constructor where it is the type that is made.</summary>
    internal static IReadOnlyList<ISymbol> Named(SemanticModel model, SyntaxToken word, CancellationToken cancellation)
    {
        if (word.Parent is ImplicitObjectCreationExpressionSyntax made) return Of(model, made, cancellation);
        if (word.Parent is not SimpleNameSyntax name) return [];
        SyntaxNode outer = name;
        while (outer.Parent is MemberAccessExpressionSyntax access && access.Name == outer || outer.Parent is QualifiedNameSyntax qualified && qualified.Right == outer
            || outer.Parent is MemberBindingExpressionSyntax) outer = outer.Parent;
        return outer.Parent switch
        {
            InvocationExpressionSyntax call when call.Expression == outer => Of(model, call, cancellation),
            ObjectCreationExpressionSyntax creation when creation.Type == outer => Of(model, creation, cancellation),
            _ => model.GetMemberGroup(name, cancellation),
        };
    }

    /// <summary>What the word declares or refers to.</summary>
    internal static ISymbol? Symbol(SemanticModel model, SyntaxToken word, CancellationToken cancellation)
    {
        SyntaxNode node = word.Parent!;
        SymbolInfo info = model.GetSymbolInfo(node, cancellation);
        return info.Symbol ?? info.CandidateSymbols.FirstOrDefault() ?? model.GetDeclaredSymbol(node, cancellation);
    }

    /// <summary>Whether the arguments that are there so far can go to the parameters.</summary>
    static bool Takes(ISymbol method, SeparatedSyntaxList<ArgumentSyntax> arguments, SemanticModel model, CancellationToken cancellation)
    {
        if (method is not IMethodSymbol { Parameters: var parameters }) return false;
        for (int i = 0; i < arguments.Count; i++)
        {
            IParameterSymbol? parameter = arguments[i].NameColon is { } named
                ? parameters.FirstOrDefault(candidate => candidate.Name == named.Name.Identifier.ValueText)
                : i < parameters.Length ? parameters[i] : parameters is [.., { IsParams: true } rest] ? rest : null;
            if (parameter is null) return false;
            if (arguments[i].Expression.IsMissing || Converts(arguments[i].Expression, parameter.Type)
                || parameter.IsParams && parameter.Type is IArrayTypeSymbol { ElementType: var element } && Converts(arguments[i].Expression, element)) continue;
            return false;
        }
        return true;

        bool Converts(ExpressionSyntax expression, ITypeSymbol type) => type.TypeKind == TypeKind.TypeParameter || model.ClassifyConversion(expression, type).IsImplicit;
    }
}
