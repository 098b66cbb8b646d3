namespace Shared;

/// <summary>
/// A file that is there whole or not at all: written beside its place as <c>name.part</c>, then renamed, so that a reader sees the old one
/// or the new one and never half of one. A link stays, what it leads to is written; a file that was there keeps its mode.
/// </summary>
static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Where; what was there is replaced.</param>
    /// <param name="write">Writes the bytes. Where it throws, everything stays as it was.</param>
    /// <exception cref="IOException">It cannot be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not.</exception>
    internal static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string place = Place(path), part = place + ".part";
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(place) ? File.GetUnixFileMode(place) : null;
        try
        {
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                if (!OperatingSystem.IsWindows() && mode is { } kept) File.SetUnixFileMode(stream.SafeFileHandle, kept);
                write(stream);
                stream.Flush(flushToDisk: true);    // the rename must not reach the disk before the bytes do
            }
            File.Move(part, place, overwrite: true);
        }
        catch
        {
            // What went wrong first is what is told.
            try { File.Delete(part); } catch (Exception again) when (again is IOException or UnauthorizedAccessException) { }
            throw;
        }
    }

    /// <summary>Tries whether a file can be written, and leaves nothing behind.</summary>
    /// <param name="path">Where it would be.</param>
    /// <exception cref="IOException">It cannot be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not.</exception>
    internal static void Try(string path)
    {
        using var stream = new FileStream(Place(path) + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 1,
            FileOptions.DeleteOnClose);
    }

    /// <summary>Where the links of a path lead in the end.</summary>
    static string Place(string path) => new FileInfo(path).LinkTarget is null ? path
        : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
