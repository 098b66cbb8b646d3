namespace Diffusion.Models.Hub;

/// <summary>
/// A lock between processes, and with Python's huggingface_hub: <c>flock</c> on Linux and macOS (what .NET does for a file that nobody
/// may share, and Python's filelock too), no sharing on Windows. The system releases it however the process ends.
/// </summary>
static class CacheLock
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.2);

    /// <summary>Waits until nobody else holds it.</summary>
    /// <param name="path">The file that is locked; it stays.</param>
    /// <param name="waiting">Called again and again while another process holds it.</param>
    /// <param name="stop">Ends the wait.</param>
    internal static async Task<IDisposable> Take(string path, Action waiting, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())   // whoever shares the cache may wait, too
            options.UnixCreateMode =
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException error) when (IsHeld(error))
            {
                waiting();
                await Task.Delay(Pause, stop);
            }
        }
    }

    // EWOULDBLOCK of Linux and macOS, ERROR_SHARING_VIOLATION of Windows.
    static bool IsHeld(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}
