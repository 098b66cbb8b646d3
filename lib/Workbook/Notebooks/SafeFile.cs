using System.Text;

namespace Workbook.Notebooks;

/// <summary>Writes a file beside its place and renames it: a reader sees the old one or the new one, never half of one.</summary>
static class SafeFile
{
    internal static void Write(string path, string text)
    {
        string beside = path + ".part";
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            try { File.Delete(beside); } catch (Exception again) when (again is IOException or UnauthorizedAccessException) { }
            throw new WorkbookException($"{Shown.Path(path)} cannot be written: {Shown.Reason(error)}", error);
        }
    }

    /// <summary>Tries whether a file can be written, and leaves nothing behind.</summary>
    internal static void Try(string path)
    {
        try
        {
            using var stream = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"{Shown.Path(path)} cannot be written: {Shown.Reason(error)}", error);
        }
    }
}
