namespace Workbook.Scripting;

/// <summary>
/// How a library shows something while a cell runs. It is found by name (<c>Workbook.Scripting.CellDisplay</c> in the assembly
/// <c>Workbook.Cells</c>), so that the library needs no reference to any engine.
/// </summary>
public static class CellDisplay
{
    static volatile bool mustStop;

    /// <summary>What runs the cell; null where none runs.</summary>
    internal static ICellHost? Host { get; set; }

    /// <summary>Whether the loops of the running cell are to end it.</summary>
    internal static bool MustStop
    {
        set => mustStop = value;
    }

    /// <summary>Whether a cell is running in this process.</summary>
    public static bool IsActive => Host is not null;

    /// <summary>Cancelled when the running cell is asked to stop: a loop that looks at it ends in order; one that does not is aborted soon after.</summary>
    public static CancellationToken Stopping => Host?.Stopping ?? CancellationToken.None;

    /// <summary>Shows a value below the running cell.</summary>
    /// <returns>The id under which <see cref="Update"/> replaces it.</returns>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static string Show(object? value) => Running.Show(value);

    /// <summary>Replaces what <see cref="Show"/> has shown, in place.</summary>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static void Update(string displayId, object? value) => Running.Update(displayId, value);

    /// <summary>Empties the output of the running cell.</summary>
    /// <param name="wait">Only when the next output comes, so that a picture drawn again does not flicker.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static void Clear(bool wait = false) => Running.Clear(wait);

    /// <summary>Every loop of a cell looks here at the start of each round, so that one that never ends can be ended in order.</summary>
    /// <exception cref="OperationCanceledException">The cell was asked to stop and has not stopped.</exception>
    public static void Heed()
    {
        if (mustStop) throw new OperationCanceledException("The cell was asked to stop.");
    }

    static ICellHost Running => Host ?? throw new InvalidOperationException("No cell is running: CellDisplay works only inside a notebook.");
}
