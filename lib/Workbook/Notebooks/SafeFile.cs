using System.Text;

namespace Workbook.Notebooks;

/// <summary>
/// Writes a file beside its place and renames it: a reader sees the old one or the new one, never half of one. A link stays, what it leads to is
/// written; a file that was there keeps its mode.
/// </summary>
static class SafeFile
{
    internal static void Write(string path, string text)
    {
        string place = Place(path), beside = place + ".part";
        try
        {
            UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(place) ? File.GetUnixFileMode(place) : null;
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write))
            {
                if (!OperatingSystem.IsWindows() && mode is { } kept) File.SetUnixFileMode(stream.SafeFileHandle, kept);
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, place, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException) // the last is how .NET reports EFBIG
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
            using var stream = new FileStream(Place(path) + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"{Shown.Path(path)} cannot be written: {Shown.Reason(error)}", error);
        }
    }

    /// <summary>Where the links of a path lead in the end.</summary>
    static string Place(string path) => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
