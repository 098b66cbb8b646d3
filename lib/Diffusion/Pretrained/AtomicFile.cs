namespace Diffusion;

/// <summary>A file that is there whole or not at all: written beside its place as <c>name.part</c>, then renamed.</summary>
static class AtomicFile
{
    internal static void Write(string path, Action<Stream> write)
    {
        string part = path + ".part";
        try
        {
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);    // the rename must not reach the disk before the bytes do
            }
            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
