using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Workbook.Scripting;

/// <summary>Signatures and what the XML documentation says of the first of them.</summary>
sealed class Help(IReadOnlyList<string> signatures, ISymbol? symbol)
{
    internal Inspection Write(int detail)
    {
        XElement text = symbol is null ? new("member") : Documentation(symbol);
        return new(Write(text, detail, markdown: false), Write(text, detail, markdown: true));
    }

    string Write(XElement documentation, int detail, bool markdown)
    {
        var parts = new List<string> { markdown ? $"```csharp\n{string.Join('\n', signatures)}\n```" : string.Join('\n', signatures) };
        Add("", documentation.Elements("summary").Select(element => Flow(element, markdown)));
        Add("Parameters", documentation.Elements("param").Select(element => Entry((string?)element.Attribute("name"), element)));
        Add("Returns", documentation.Elements("returns").Select(element => Flow(element, markdown)));
        Add("Value", documentation.Elements("value").Select(element => Flow(element, markdown)));
        Add("Exceptions", documentation.Elements("exception").Select(element => Entry(Short((string?)element.Attribute("cref")), element)));
        if (detail > 0) Add("Remarks", documentation.Elements("remarks").Select(element => Flow(element, markdown)));
        return string.Join("\n\n", parts);

        void Add(string title, IEnumerable<string> lines)
        {
            string body = string.Join('\n', lines.Where(line => line.Length > 0));
            if (body.Length > 0) parts.Add(title.Length == 0 ? body : markdown ? $"**{title}**\n\n{body}" : $"{title}:\n{body}");
        }

        string Entry(string? name, XElement element) => markdown ? $"- `{name}`: {Flow(element, markdown)}" : $"  {name}: {Flow(element, markdown)}";
    }

    /// <summary>What the symbol says of itself, or inherits; a constructor that says nothing is described by its type.</summary>
    static XElement Documentation(ISymbol symbol)
    {
        if (symbol is IMethodSymbol { ReducedFrom: { } whole }) symbol = whole;
        XElement? own = Parse(symbol.OriginalDefinition.GetDocumentationCommentXml());
        if (own?.Element("inheritdoc") is null && own?.HasElements == true) return own;
        return Ancestor(symbol) is { } ancestor ? Documentation(ancestor) : own ?? new("member");
    }

    static ISymbol? Ancestor(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: var type } => type,
        IMethodSymbol { OverriddenMethod: { } method } => method,
        IPropertySymbol { OverriddenProperty: { } property } => property,
        INamedTypeSymbol or { ContainingType: null } => null,
        { ContainingType: var type } => type.AllInterfaces.SelectMany(contract => contract.GetMembers(symbol.Name))
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(member), symbol)),
    };

    static XElement? Parse(string? xml)
    {
        if (string.IsNullOrEmpty(xml)) return null;
        try
        {
            return XElement.Parse(xml, LoadOptions.PreserveWhitespace);
        }
        catch (System.Xml.XmlException)
        {
            return null; // a comment in a cell that is not well formed
        }
    }

    /// <summary>Mixed content as running text: the line breaks of the source are spaces, paragraphs and code keep theirs.</summary>
    static string Flow(XElement element, bool markdown)
    {
        var text = new StringBuilder();
        foreach (XNode node in element.Nodes())
        {
            string? piece = node switch
            {
                XText words => Words(words.Value),
                XElement { Name.LocalName: "see" or "seealso" or "paramref" or "typeparamref" } name => Code(Reference(name)),
                XElement { Name.LocalName: "c" } code => Code(code.Value),
                XElement { Name.LocalName: "code" } code => "\n" + Block(code.Value) + "\n",
                XElement { Name.LocalName: "item" } item => "\n- " + Flow(item, markdown),
                XElement { Name.LocalName: "para" or "list" } part => "\n" + Flow(part, markdown) + "\n",
                XElement { Name.LocalName: "br" } => "\n",
                XElement other => Flow(other, markdown),
                _ => null,
            };
            bool begins = text.Length == 0 || text[^1] is '\n' or ' ';
            text.Append(begins ? piece?.TrimStart(' ') : piece);
        }
        return text.ToString().Trim();

        string Code(string name) => markdown ? $"`{name}`" : name;

        string Block(string code) => markdown ? $"```\n{code.Trim('\n', '\r').TrimEnd()}\n```" : code.Trim('\n', '\r').TrimEnd();
    }

    static string Words(string text)
    {
        string words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (words.Length == 0) return " ";
        return (char.IsWhiteSpace(text[0]) ? " " : "") + words + (char.IsWhiteSpace(text[^1]) ? " " : "");
    }

    static string Reference(XElement name) => (string?)name.Attribute("name") ?? (string?)name.Attribute("langword")
        ?? (name.Value.Length > 0 ? name.Value : Short((string?)name.Attribute("cref")) ?? (string?)name.Attribute("href") ?? "");

    /// <summary>M:Space.Type.Member(System.Int32) as Type.Member, T:Space.List`1 as List.</summary>
    static string? Short(string? cref)
    {
        if (cref is null) return null;
        string[] names = cref[(cref.IndexOf(':') + 1)..].Split('(')[0].Split('.');
        string name = names[^1].Split('`')[0];
        return cref.StartsWith("T:", StringComparison.Ordinal) || names.Length < 2 || cref.StartsWith("N:", StringComparison.Ordinal) ? name : $"{names[^2].Split('`')[0]}.{name}";
    }
}
