using System.ComponentModel;

namespace Notebooks.Cells;

/// <summary>What .NET Interactive has no word for: emptying a cell's output, and loops that end when the cell is asked to stop.</summary>
public static class CellDisplay
{
    static volatile bool mustStop;

    /// <summary>What empties the output of the running cell; null where none runs. For the engine.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Action<bool>? Clearing { get; set; }

    /// <summary>Whether the loops of the running cell are to end it. For the engine.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static bool MustStop
    {
        get => mustStop;
        set => mustStop = value;
    }

    /// <summary>Empties the output of the running cell.</summary>
    /// <param name="wait">Only when the next output comes, so that a picture drawn again does not flicker.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static void Clear(bool wait = false) =>
        (Clearing ?? throw new InvalidOperationException("No cell is running: CellDisplay works only inside a notebook."))(wait);

    /// <summary>Every loop of a cell calls this at the start of each round, so that one that never ends can be ended in order.</summary>
    /// <exception cref="OperationCanceledException">The cell was asked to stop and has not stopped.</exception>
    public static void ThrowIfStopped()
    {
        if (mustStop) throw new OperationCanceledException("The cell was asked to stop.");
    }
}
