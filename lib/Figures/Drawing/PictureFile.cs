using Shared;

namespace Figures.Drawing;

/// <summary>Where pictures are kept, and how they get there whole or not at all.</summary>
static class PictureFile
{
    internal const string FolderVariable = "WORKBOOK_PICTURES";

    internal static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? folder : Path.Combine(Environment.CurrentDirectory, "..", "data");

    internal static void Write(string name, byte[] content)
    {
        string path = Path.GetFileName(name) == name ? Path.Combine(Folder, name) : name;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            AtomicFile.Write(path, stream => stream.Write(content));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The picture '{path}' could not be written: {error.Message} Choose another folder with "
                + $"{FolderVariable}.", error);
        }
    }
}
