namespace Shared;

/// <summary>How paths and the system's errors are shown to a person.</summary>
static class Shown
{
    /// <summary>Relative to the current directory where the file lies under it.</summary>
    internal static string Path(string path)
    {
        string relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, System.IO.Path.GetFullPath(path));
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>What went wrong and what to do, as the end of a sentence.</summary>
    internal static string Reason(Exception error) => error switch
    {
        UnauthorizedAccessException => "access is denied; choose a folder you may write to, or change its permissions.",
        DirectoryNotFoundException => "its folder does not exist; create it or choose another one.",
        IOException { HResult: 28 or unchecked((int)0x80070070) } => "the disk is full; free some space or choose another folder.",
        ArgumentOutOfRangeException => "the file would be larger than this session's file-size limit (ulimit -f); raise the limit.",
        IOException { HResult: 30 } => "the file system is read-only; choose another folder.",
        _ => OneLine(error.Message),
    };

    /// <summary>A number with its noun.</summary>
    internal static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    /// <summary>Text of several lines as one.</summary>
    internal static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
