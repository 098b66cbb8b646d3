using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;

namespace Workbook.Scripting;

/// <summary>
/// The cells that have run as Roslyn's editing services want them: a chain of submissions, each a project of one document. It is read
/// off the session's own scripts, so what is in scope here is what is in scope there.
/// </summary>
/// <param name="next">The script that the session would run now, still without code.</param>
sealed class CellDocuments(Func<Script> next)
{
    readonly Lock gate = new();
    Solution cells = new AdhocWorkspace(MefHostServices.DefaultHost).CurrentSolution;
    ProjectId? lastProject;
    Script? last;
    Document? blank;

    /// <summary>The code as the next cell.</summary>
    internal Document Of(string code) => Blank().WithText(SourceText.From(code));

    /// <summary>The next cell without code, compiled once for all that is typed into it: binding the references is what takes the time.</summary>
    Document Blank()
    {
        lock (gate)
        {
            Script script = next();
            if (blank is not null && script.Previous == last) return blank;
            var added = new Stack<Script>();
            for (Script? cell = script.Previous; cell is not null && cell != last; cell = cell.Previous) added.Push(cell);
            foreach (Script cell in added)
            {
                cells = Add(cells, cell, lastProject, out lastProject);
                last = cell;
            }
            blank = Add(cells, script, lastProject, out ProjectId current).GetProject(current)!.Documents.Single();
            blank.Project.GetCompilationAsync().GetAwaiter().GetResult()!.GetSpecialType(SpecialType.System_Object);
            return blank;
        }
    }

    static Solution Add(Solution solution, Script script, ProjectId? previous, out ProjectId id)
    {
        id = ProjectId.CreateNewId();
        Compilation compilation = script.GetCompilation();
        TextLoader text = TextLoader.From(TextAndVersion.Create(SourceText.From(script.Code), VersionStamp.Create()));
        string name = compilation.AssemblyName!;
        return solution.AddProject(ProjectInfo.Create(id, VersionStamp.Create(), name, name, LanguageNames.CSharp,
            compilationOptions: compilation.Options,
            parseOptions: compilation.SyntaxTrees.Single().Options,
            documents: [DocumentInfo.Create(DocumentId.CreateNewId(id), name, sourceCodeKind: SourceCodeKind.Script, loader: text)],
            projectReferences: previous is null ? [] : [new ProjectReference(previous)],
            metadataReferences: compilation.ExternalReferences,
            isSubmission: true));
    }
}
