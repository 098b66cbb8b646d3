using System.Runtime.InteropServices;

namespace Notebooks.Running;

/// <summary>
/// Ctrl+C and SIGTERM as a request to stop, so that what there is can still be written. A second one ends the program at once. A file
/// that grows beyond the session's limit (SIGXFSZ) becomes an ordinary error instead of the end.
/// </summary>
public sealed class StopSignal : IDisposable
{
    const PosixSignal FileSizeExceeded = (PosixSignal)25; // on Linux and macOS alike

    readonly List<PosixSignalRegistration> registrations = [];
    readonly CancellationTokenSource stop = new();

    public StopSignal()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            registrations.Add(PosixSignalRegistration.Create(signal,
            context =>
            {
                context.Cancel = !IsRequested;
                stop.Cancel();
            }));
        if (!OperatingSystem.IsWindows())
            registrations.Add(PosixSignalRegistration.Create(FileSizeExceeded, context => context.Cancel = true));
    }

    public bool IsRequested => stop.IsCancellationRequested;

    /// <summary>Cancelled when a stop is requested: ends a wait.</summary>
    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        stop.Dispose();
    }
}
