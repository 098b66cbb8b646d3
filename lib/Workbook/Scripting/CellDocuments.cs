using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;

namespace Workbook.Scripting;

/// <summary>
/// The cells that have run as Roslyn's editing services want them: a chain of submissions, each a project of one document. It is read
/// off the session's own scripts, so what is in scope here is what is in scope there.
/// </summary>
sealed class CellDocuments
{
    readonly Lock gate = new();
    Solution solution = new AdhocWorkspace(MefHostServices.DefaultHost).CurrentSolution;
    Script? last;
    ProjectId? project;

    /// <summary>The code of the script, after the cells that it continues.</summary>
    internal Document Of(Script script)
    {
        (Solution before, ProjectId? previous) = Following(script.Previous);
        ProjectId current = ProjectId.CreateNewId();
        return Add(before, current, script, previous).GetProject(current)!.Documents.Single();
    }

    (Solution, ProjectId?) Following(Script? script)
    {
        lock (gate)
        {
            var added = new Stack<Script>();
            for (Script? cell = script; cell is not null && cell != last; cell = cell.Previous) added.Push(cell);
            foreach (Script cell in added)
            {
                ProjectId next = ProjectId.CreateNewId();
                solution = Add(solution, next, cell, project);
                (last, project) = (cell, next);
            }
            return (solution, project);
        }
    }

    static Solution Add(Solution solution, ProjectId id, Script script, ProjectId? previous)
    {
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
