using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Notebooks.Scripting;

/// <summary>What a compiler error means to a beginner and what to do about it, in one sentence, by the error's number.</summary>
static partial class CompilerHints
{
    const string RunAbove = "run the cells above first (Run All Above)";

    /// <summary>The sentence; null for an error that the table does not know, whose own text must do.</summary>
    internal static string? For(Diagnostic error, Compilation compilation) =>
        Sentences.TryGetValue(error.Id, out Func<Case, string>? sentence) ? sentence(new Case(error, compilation)) : null;

    static readonly Dictionary<string, Func<Case, string>> Sentences = new()
    {
        // Something is missing or too much
        ["CS1001"] = at => $"A name is missing{at.After}: write one there.",
        ["CS1002"] = at => $"A `;` is missing{at.After}: end the statement with it.",
        ["CS1003"] = at => $"A `{at[0]}` is missing{at.After}: write it there, or correct what stands just before.",
        ["CS1010"] = at => "A text is not closed: write a `\"` at its end, on the same line.",
        ["CS1012"] = at => "Single quotes hold one character only: write text in double quotes, \"like this\".",
        ["CS7017"] = at => "There is a `}` too many, or the `{` that belongs to it is missing: count them.",
        ["CS1026"] = at => $"A `)` is missing{at.After}: every `(` needs one.",
        ["CS1513"] = at => $"A `}}` is missing{at.After}: every `{{` needs one.",
        ["CS1514"] = at => $"A `{{` is missing{at.After}: write it there.",
        ["CS1525"] = at => $"A value is missing before `{at[0]}`: write one there, or remove what is too much.",
        ["CS1733"] = at => $"A value is missing{at.After}: write one there.",
        ["CS0201"] = at => "This line computes a value and drops it: leave out the `;` of a cell's last line to see the value, or keep "
            + "it with `var name = …;`.",
        ["CS0161"] = at => $"`{at[0]}` does not always return a value: end every branch with `return …;`.",

        // Names
        ["CS0103"] = UnknownName,
        ["CS0246"] = UnknownName,
        ["CS0234"] = at => $"The namespace `{at[1]}` has no `{at[0]}`: correct the spelling, or {RunAbove}, since one of them "
            + "references its library.",
        ["CS0117"] = UnknownMember,
        ["CS1061"] = UnknownMember,
        ["CS0165"] = at => $"`{at[0]}` may not have a value yet: give it one where it is declared, such as `= 0`.",
        ["CS0102"] = at => $"This cell declares `{at[1]}` twice: rename one, or leave out the type the second time (`{at[1]} = …;`).",
        ["CS0128"] = at => $"`{at[0]}` is declared twice: rename one, or leave out the type the second time (`{at[0]} = …;`).",
        ["CS0136"] = at => $"`{at[0]}` is already a variable of the code around this block: choose another name inside it.",

        // Types and arguments
        ["CS0019"] = at => $"`{at[0]}` cannot combine {A(at[1])} and {A(at[2])}: convert one, or check that both are what you think.",
        ["CS0029"] = at => $"The value has the wrong type: {WrongType(at[0], at[1])}",
        ["CS0266"] = at => $"The value has the wrong type: {WrongType(at[0], at[1])}",
        ["CS0664"] = at => "A number with a decimal point is a `double`, not a `float`: write `f` behind it, as in `0.5f`.",
        ["CS1501"] = at => $"`{at[0]}` does not take that many arguments: {Signatures(at)}",
        ["CS1503"] = at => $"An argument has the wrong type: {WrongType(at[0], at[1])}",
        ["CS1955"] = at => $"`{at[0]}` is no method: leave out the brackets behind it.",
        ["CS7036"] = at => $"The call of `{at[1]}` lacks the argument `{at[0]}`: add it.",

        // References and the language
        ["CS0006"] = at => $"`{at[0]}` does not exist: build the library with `dotnet build -c Release` in the workbook's "
            + "folder, or correct the path.",
        ["CS0009"] = at => $"`{at[0]}` is not a whole library: build it again with `dotnet build -c Release` in the workbook's folder.",
        ["CS0012"] = at => $"The library that holds `{at[0]}` is not referenced: run the first cell of the notebook, and `dotnet build -c "
            + "Release` where it fails.",
        ["CS1704"] = at => $"The library `{at[0]}` is referenced twice, from two places: keep the `#r` of the first cell only, "
            + "and restart the kernel.",
        ["CS8652"] = at => $"`{at[0]}` belongs to a newer C# than the notebooks' C# 14: write it in an older way.",
    };

    static string UnknownName(Case at)
    {
        string name = at.Name;
        string? near = NearName.To(name, at.NamesInScope);
        bool differsInCase = string.Equals(near, name, StringComparison.OrdinalIgnoreCase);
        if (!differsInCase && at.NamespaceOf(name) is string space)
            return $"`{name}` is in the namespace `{space}`, which is not open here: {RunAbove}, or write `using {space};` at the top.";
        return near is null ? $"`{name}` is not known here: {RunAbove}, or correct the spelling."
            : $"`{name}` is not known here: did you mean `{near}`? If not, {RunAbove}: one of them may declare it.";
    }

    static string UnknownMember(Case at)
    {
        string what = $"`{Simple(at[0])}` has no `{at[1]}`";
        if (NearName.To(at[1], at.Members) is string near) return $"{what}: did you mean `{near}`?";
        return $"{what}: correct the spelling, or choose from the list that the editor shows behind the dot.";
    }

    static string WrongType(string from, string to)
    {
        string remedy = (Simple(from), Simple(to)) switch
        {
            ("double", "float") => "write `f` behind a number (`0.5f`), or `(float)` before the value",
            ("double" or "float", "int" or "long") => $"write `({to})` before the value, which cuts off its decimals, or declare `{from}`",
            ("long", "int") => "write `(int)` before the value, or declare `long`",
            ("string", "int" or "long" or "float" or "double" or "bool") => $"write `{to}.Parse(…)` around the text, or "
                + "the value without quotes",
            (_, "string") => "write `.ToString()` behind the value, or `\"…\"` around a text",
            ("Tensor", "int" or "long" or "float" or "double" or "bool") => "take the number out of a tensor of one "
                + $"element with `.item<{to}>()`",
            ("int" or "long" or "float" or "double", "bool") => "write a condition, such as `x == 1` (a single `=` assigns)",
            _ => "convert the value, or change the declared type",
        };
        return $"{A(from)} where {A(to)} is wanted; {remedy}.";
    }

    /// <summary>The forms in which the called method can be called, at most three.</summary>
    static string Signatures(Case at)
    {
        string Of(IParameterSymbol parameter) => $"{parameter.Type.ToMinimalDisplayString(at.Model!, at.Position)} {parameter.Name}";
        string[] all = [.. at.Candidates.Select(method => $"`{method.Name}({string.Join(", ", method.Parameters.Select(Of))})`")];
        return all.Length == 0 ? "check what it takes."
            : $"it is {string.Join(" or ", all.Take(3))}{(all.Length > 3 ? " or another form" : "")}.";
    }

    static string A(string type) => Simple(type) is "int" ? "an `int`" : type is "<null>" ? "`null`" : $"a `{Simple(type)}`";

    /// <summary>A type without the namespaces and classes around it: TorchSharp.torch.Tensor is a Tensor.</summary>
    static string Simple(string type) => Qualifiers().Replace(type, "");

    [GeneratedRegex(@"\b\w+\.(?=\w)")]
    private static partial Regex Qualifiers();

    /// <summary>An error with what its hint may ask about it.</summary>
    sealed partial class Case
    {
        readonly Compilation compilation;
        readonly string[] quoted;
        readonly SyntaxNode? node;

        internal Case(Diagnostic error, Compilation compilation)
        {
            this.compilation = compilation;
            // The compiler quotes what it talks about; the English text, whatever the user's language.
            quoted = [.. Quoted().Matches(error.GetMessage(CultureInfo.InvariantCulture)).Select(match => match.Groups[1].Value)];
            Position = error.Location.SourceSpan.Start;
            if (error.Location.SourceTree is not SyntaxTree tree) return;
            Model = compilation.GetSemanticModel(tree);
            node = tree.GetRoot().FindNode(error.Location.SourceSpan, getInnermostNodeForTie: true);
            Name = (node is SimpleNameSyntax simple ? simple.Identifier : tree.GetRoot().FindToken(Position)).ValueText;
            TextLine line = tree.GetText().Lines.GetLineFromPosition(Position);
            string before = line.ToString()[..(Position - line.Start)].Trim();
            After = before == "" ? "" : $" after `{before}`";
        }

        /// <summary>What the compiler's text has in quotes, in order.</summary>
        internal string this[int index] => index < quoted.Length ? quoted[index] : "…";

        internal int Position { get; }
        internal SemanticModel? Model { get; }

        /// <summary>The name at the place of the error.</summary>
        internal string Name { get; } = "…";

        /// <summary>" after `what stands before it in its line`"; empty at the beginning of a line.</summary>
        internal string After { get; } = "";

        /// <summary>What can be written there: first what the cells declared, then C#'s own words, then the libraries' names.</summary>
        internal IEnumerable<string> NamesInScope
        {
            get
            {
                ILookup<bool, string> names = (Model?.LookupSymbols(Position) ?? [])
                    .ToLookup(symbol => symbol.Locations.Any(at => at.IsInSource), symbol => symbol.Name);
                return [.. names[true], "true", "false", "null", "var", "int", "long", "float", "double", "string", "bool",
                    "using", .. names[false]];
            }
        }

        /// <summary>What can follow the dot.</summary>
        internal IEnumerable<string> Members
        {
            get
            {
                if (Model is null || Receiver is not ExpressionSyntax receiver) return [];
                ISymbol? symbol = Model.GetSymbolInfo(receiver).Symbol;
                bool isType = symbol is ITypeSymbol;
                ITypeSymbol? type = symbol as ITypeSymbol ?? Model.GetTypeInfo(receiver).Type;
                return type is null ? [] : from member in Model.LookupSymbols(Position, type, includeReducedExtensionMethods: !isType)
                                           where member.CanBeReferencedByName && (member is INamedTypeSymbol || member.IsStatic == isType)
                                           select member.Name;
            }
        }

        /// <summary>The methods among which the call could have chosen.</summary>
        internal IEnumerable<IMethodSymbol> Candidates => node?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call
            ? Model!.GetMemberGroup(call.Expression).OfType<IMethodSymbol>() : [];

        /// <summary>The shortest namespace with a public type of that name; null where there is none.</summary>
        internal string? NamespaceOf(string type) =>
            Within(compilation.GlobalNamespace).Where(space => !space.IsGlobalNamespace
                && space.GetTypeMembers(type).Any(found => found.DeclaredAccessibility == Accessibility.Public))
                .Select(space => space.ToDisplayString()).OrderBy(space => space.Length)
                    .ThenBy(space => space, StringComparer.Ordinal).FirstOrDefault();

        ExpressionSyntax? Receiver =>
            node?.FirstAncestorOrSelf<ExpressionSyntax>(at => at is MemberAccessExpressionSyntax or MemberBindingExpressionSyntax) switch
            {
                MemberAccessExpressionSyntax access => access.Expression,
                MemberBindingExpressionSyntax binding => binding.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>()?.Expression,
                _ => null,
            };

        static IEnumerable<INamespaceSymbol> Within(INamespaceSymbol space) =>
            space.GetNamespaceMembers().SelectMany(Within).Prepend(space);

        [GeneratedRegex("'([^']+)'")]
        private static partial Regex Quoted();
    }
}
