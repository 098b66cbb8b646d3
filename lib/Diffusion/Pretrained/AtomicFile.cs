namespace Diffusion;

/// <summary>
/// A file that is there whole or not at all: written beside its place as <c>name.part</c>, then renamed. A link stays, what it leads to is
/// written; a file that was there keeps its mode.
/// </summary>
static class AtomicFile
{
    internal static void Write(string path, Action<Stream> write)
    {
        string place = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName, part = place + ".part";
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
            File.Delete(part);
            throw;
        }
    }
}
