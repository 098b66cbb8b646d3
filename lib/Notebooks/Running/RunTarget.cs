using Notebooks.Documents;
using Shared;

namespace Notebooks.Running;

/// <summary>Where an executed notebook and the pictures it makes are written.</summary>
/// <param name="Output">The file of the executed notebook.</param>
/// <param name="Pictures">The folder for pictures.</param>
public sealed record RunTarget(string Output, string Pictures)
{
    /// <param name="notebook">The notebook to run.</param>
    /// <param name="folder">The output folder; null writes the notebook itself.</param>
    public static RunTarget For(Notebook notebook, string? folder)
    {
        string source = Path.GetFullPath(notebook.Path);
        return folder is null
            ? new(source, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "data")))
            : new(Path.Combine(folder, Path.GetFileName(source)), Path.Combine(folder, "data"));
    }

    /// <summary>Makes the folders and tries whether the file can be written, before minutes are spent on executing it.</summary>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
            Directory.CreateDirectory(Pictures);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"The output folder {Shown.Path(Path.GetDirectoryName(Output)!)} cannot be "
                + $"made: {Shown.Reason(error)}", error);
        }
        SafeFile.Try(Output);
    }
}
