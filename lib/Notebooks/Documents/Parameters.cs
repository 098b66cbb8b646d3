using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shared;

namespace Notebooks.Documents;

/// <summary>
/// Papermill's convention: the cell tagged <c>parameters</c> declares the knobs with their defaults, and a cell tagged
/// <c>injected-parameters</c> right after it turns them. It assigns (<c>T = 50;</c>) and never declares again, so a knob keeps its type.
/// </summary>
public static class Parameters
{
    const string Tag = "parameters", InjectedTag = "injected-parameters";

    /// <summary>The knobs of a notebook in the order of their declaration; none where no cell is tagged.</summary>
    public static IReadOnlyList<Knob> KnobsOf(Notebook notebook) =>
        CellTagged(notebook, Tag) is Cell cell ? [.. Declared(cell.Source)] : [];

    /// <summary>The values that the notebook's metadata proposes for a quick run (<c>metadata.workbook.quick</c>), as text.</summary>
    public static IReadOnlyDictionary<string, string> QuickOf(Notebook notebook)
    {
        if (notebook.Metadata["workbook"] is not JsonObject own || own["quick"] is not JsonObject quick)
            return new Dictionary<string, string>();
        return quick.ToDictionary(pair => pair.Key, pair => pair.Value is JsonValue value
            && value.TryGetValue(out string? text) ? text : pair.Value?.ToJsonString() ?? "");
    }

    /// <summary>Puts the values into the notebook, replacing an injected cell that is already there.</summary>
    /// <exception cref="WorkbookException">A name is not a knob of this notebook, or a value is not one of its type.</exception>
    public static void Inject(Notebook notebook, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0) return;
        IReadOnlyList<Knob> knobs = KnobsOf(notebook);
        IEnumerable<string> lines = values.Select(pair =>
        {
            Knob knob = knobs.FirstOrDefault(knob => knob.Name == pair.Key)
                ?? throw new WorkbookException(Unknown(notebook, pair.Key, knobs));
            return $"{knob.Name} = {knob.Literal(pair.Value)};";
        });
        string source = string.Join("\n", lines.Prepend("// Parameters"));

        if (CellTagged(notebook, InjectedTag) is Cell injected)
        {
            injected.Source = source;
            return;
        }
        string id = InjectedTag;
        for (int i = 2; notebook.Cells.Any(cell => (string?)cell.Json["id"] == id); i++) id = $"{InjectedTag}-{i}";
        notebook.Insert(Cell.Code(id, source, InjectedTag), after: CellTagged(notebook, Tag));
    }

    static string Unknown(Notebook notebook, string name, IReadOnlyList<Knob> knobs) =>
        $"{Shown.Path(notebook.Path)} has no knob '{name}': "
        + (knobs.Count > 0 ? $"its knobs are {string.Join(", ", knobs.Select(knob => knob.Name))}."
            : "it has no cell tagged 'parameters' that declares one.");

    static Cell? CellTagged(Notebook notebook, string tag)
    {
        foreach (Cell cell in notebook.Cells)
            if (cell.IsCode && cell.Tags.Contains(tag)) return cell;
        return null;
    }

    static IEnumerable<Knob> Declared(string source)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.CSharp13, kind: SourceCodeKind.Script));
        return from field in tree.GetCompilationUnitRoot().Members.OfType<FieldDeclarationSyntax>()
               where !field.Modifiers.Any(SyntaxKind.ConstKeyword) && !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword)
               from variable in field.Declaration.Variables
               select new Knob(variable.Identifier.ValueText, TypeOf(field.Declaration.Type, variable.Initializer?.Value));
    }

    static string TypeOf(TypeSyntax type, ExpressionSyntax? value) => type switch
    {
        PredefinedTypeSyntax named => Supported(named.Keyword.ValueText),
        NullableTypeSyntax { ElementType: PredefinedTypeSyntax { Keyword.ValueText: "string" } } => "string",
        IdentifierNameSyntax { IsVar: true } => TypeOf(value),
        _ => "",
    };

    /// <summary>The type of an initialiser after <c>var</c>, from its syntax alone: enough for literals and arithmetic on them.</summary>
    static string TypeOf(ExpressionSyntax? value) => value switch
    {
        LiteralExpressionSyntax literal =>
            literal.Token.Value switch { int => "int", long => "long", double => "double", bool => "bool", string => "string", _ => "" },
        InterpolatedStringExpressionSyntax => "string",
        ParenthesizedExpressionSyntax inner => TypeOf(inner.Expression),
        PrefixUnaryExpressionSyntax prefixed => TypeOf(prefixed.Operand),
        CastExpressionSyntax cast => TypeOf(cast.Type, null),
        BinaryExpressionSyntax both when both.Kind() is SyntaxKind.AddExpression or SyntaxKind.SubtractExpression
            or SyntaxKind.MultiplyExpression or SyntaxKind.DivideExpression =>
            Wider(TypeOf(both.Left), TypeOf(both.Right)),
        _ => "",
    };

    static string Wider(string a, string b)
    {
        string[] numbers = ["int", "long", "double"];
        return a == "" || b == "" || !numbers.Contains(a)
            || !numbers.Contains(b) ? "" : numbers[Math.Max(Array.IndexOf(numbers, a), Array.IndexOf(numbers, b))];
    }

    static string Supported(string keyword) => keyword is "double" or "int" or "long" or "bool" or "string" ? keyword : "";
}
