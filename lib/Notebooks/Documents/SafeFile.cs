using System.Text;
using Shared;

namespace Notebooks.Documents;

/// <summary>Files that are there whole or not at all (<see cref="AtomicFile"/>), and one sentence where they cannot be written.</summary>
public static class SafeFile
{
    public static void Write(string path, string text) =>
        OrSay(path, () => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text))));

    /// <summary>Tries whether a file can be written, and leaves nothing behind.</summary>
    public static void Try(string path) => OrSay(path, () => AtomicFile.Try(path));

    static void OrSay(string path, Action write)
    {
        try
        {
            write();
        }
        // the last is how .NET reports EFBIG
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new WorkbookException($"{Shown.Path(path)} cannot be written: {Shown.Reason(error)}", error);
        }
    }
}
