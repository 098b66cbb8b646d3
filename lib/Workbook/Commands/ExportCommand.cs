using System.CommandLine;
using Notebooks;
using Notebooks.Documents;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook export</c>: writes copies of notebooks that run from another folder, or in engines that need absolute references
/// (ClrKernel, Verso).</summary>
static class ExportCommand
{
    internal static Command Build()
    {
        Argument<string[]> paths = SharedOptions.Notebooks("export");
        var absolute = new Option<bool>("--absolute")
        {
            Description = "Writes absolute paths, for engines that do not start from the notebook's folder (ClrKernel, Verso)."
        };
        var to = new Option<string?>("--to")
        {
            Description = "The folder for the copies (default: the workbook's out/export).",
            HelpName = "DIR"
        };
        var command = new Command("export", "Writes copies of notebooks, with their outputs, whose paths to the library and to data "
            + "hold from another folder.") { paths, absolute, to };
        command.SetAction(parsed => Run(RunCommand.Expand(parsed.GetValue(paths) ?? []), parsed.GetValue(absolute),
            Path.GetFullPath(parsed.GetValue(to) ?? Path.Combine(RunCommand.DefaultOutput, "export"))));
        return command;
    }

    static int Run(IReadOnlyList<string> paths, bool absolute, string folder)
    {
        if (Directory.Exists(folder) && Directory.ResolveLinkTarget(folder, returnFinalTarget: true) is { } target)
            folder = target.FullName;
        var copies = new Dictionary<string, Notebook>();
        foreach (Notebook notebook in paths.Select(Notebook.Load))
        {
            string copy = Path.Combine(folder, Path.GetFileName(notebook.Path));
            if (paths.Any(path => Path.GetFullPath(path) == copy))
                throw new WorkbookException($"{Shown.Path(copy)} is itself to be exported and would be overwritten: choose "
                    + "another folder with --to.");
            Relocation.Apply(notebook, absolute ? null : folder);
            if (!copies.TryAdd(copy, notebook))
                throw new WorkbookException($"Two of the notebooks would be written to {Shown.Path(copy)}: export them one at a time, "
                    + "into different folders.");
        }
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"The folder {Shown.Path(folder)} cannot be made: {Shown.Reason(error)}", error);
        }
        foreach ((string copy, Notebook notebook) in copies) notebook.Save(copy);
        Console.WriteLine($"{Shown.Count(copies.Count, "notebook")}, written to {Shown.Path(folder)}");
        return ExitCode.Good;
    }
}
