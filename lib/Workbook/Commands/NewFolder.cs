using Notebooks;
using Notebooks.Documents;
using Shared;

namespace Workbook.Commands;

/// <summary>A folder that a command will write into when its work is done.</summary>
static class NewFolder
{
    /// <summary>Makes it where it is missing: one that cannot be written is known before the work begins.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="file">A file that will be written there.</param>
    internal static void Prepare(string folder, string file)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string reason = File.Exists(folder) ? "it is a file" : Shown.Reason(error).TrimEnd('.');
            throw new WorkbookException($"{Shown.Path(folder)} cannot be made a folder ({reason}): choose another place.", error);
        }
        SafeFile.Try(Path.Combine(folder, file));
    }
}
