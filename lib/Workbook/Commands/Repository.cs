using Notebooks;
using Shared;

namespace Workbook.Commands;

/// <summary>The folder that holds Workbook.sln: the program lies in its lib/bin, wherever it is called from.</summary>
static class Repository
{
    internal static string? Root { get; } = Find();

    /// <summary>All chapters in order.</summary>
    internal static IReadOnlyList<string> Chapters()
    {
        string root = Root ?? throw new WorkbookException($"The workbook's folder was not found above {AppContext.BaseDirectory}: "
            + "name the notebooks to run.");
        return NotebooksIn(Path.Combine(root, "notebooks"));
    }

    /// <summary>The notebooks of a folder in the order of their names.</summary>
    internal static IReadOnlyList<string> NotebooksIn(string folder)
    {
        string[] found = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.ipynb").Order(StringComparer.Ordinal)] : [];
        return found.Length > 0 ? found
            : throw new WorkbookException($"{Shown.Path(folder)} holds no notebook (*.ipynb): check the folder.");
    }

    static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Workbook.sln"))) return folder.FullName;
        return null;
    }
}
