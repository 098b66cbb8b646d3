using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Shared;

namespace Notebooks.Documents;

/// <summary>Rewrites the relative paths in a notebook's code so that a copy in another folder means the same files.</summary>
/// <remarks>
/// Rewritten are the libraries of <c>#r</c>, and texts such as <c>"../data/models/mnist-ddpm"</c> that begin with a dot and name something
/// there is. What the library finds by itself (MNIST) it finds from its own place. A path to a file that a cell is going to write stays as
/// it is: the copy writes beside itself.
/// </remarks>
public static class Relocation
{
    /// <param name="notebook">The notebook, which is changed; its paths start from the folder it was read from.</param>
    /// <param name="folder">The folder of the copy, from which the new paths start; null makes them absolute.</param>
    /// <exception cref="WorkbookException">A referenced library does not exist.</exception>
    public static void Apply(Notebook notebook, string? folder)
    {
        string home = Path.GetDirectoryName(Path.GetFullPath(notebook.Path))!;
        foreach (Cell cell in notebook.Cells.Where(cell => cell.IsCode))
        {
            IEnumerable<SyntaxToken> tokens = CSharpSyntaxTree.ParseText(cell.Source,
                new CSharpParseOptions(LanguageVersion.CSharp13, kind: SourceCodeKind.Script))
                .GetRoot().DescendantTokens(descendIntoTrivia: true);
            TextChange[] changes = [.. from token in tokens
                                       where token.IsKind(SyntaxKind.StringLiteralToken) && token.Text == $"\"{token.ValueText}\""
                                       where token.Parent is ReferenceDirectiveTriviaSyntax ? IsRelativeLibrary(token.ValueText)
                                           : IsRelativeFile(home, token.ValueText)
                                       select new TextChange(token.Span, $"\"{Moved(token)}\"")];
            if (changes.Length > 0) cell.Source = SourceText.From(cell.Source).WithChanges(changes).ToString();
        }

        string Moved(SyntaxToken token)
        {
            string file = Path.GetFullPath(Path.Combine(home, token.ValueText));
            if (!Path.Exists(file))
                throw new WorkbookException($"{Shown.Path(notebook.Path)} refers to {token.ValueText}, which does not exist: build the "
                    + "library first, with dotnet build -c Release.");
            // every system takes it, and it needs no escape
            return (folder is null ? file : Path.GetRelativePath(folder, file)).Replace('\\', '/');
        }
    }

    /// <summary>A name without a folder is left to the engine: it may mean a library of the framework.</summary>
    static bool IsRelativeLibrary(string path) => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && !Path.IsPathRooted(path)
        && path.AsSpan().ContainsAny('/', '\\');

    static bool IsRelativeFile(string home, string text) =>
        (text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal))
            && Path.Exists(Path.Combine(home, text));
}
