namespace Workbook.Scripting;

/// <summary>
/// How a library shows something while a cell runs. It is found by name (<c>Workbook.Scripting.CellDisplay</c> in the assembly
/// <c>workbook</c>), so that the library needs no reference to any engine.
/// </summary>
public static class CellDisplay
{
    internal static ScriptSession? Session { get; set; }

    /// <summary>Whether a cell is running in this process.</summary>
    public static bool IsActive => Session is not null;

    /// <summary>Cancelled when the running cell is asked to stop: a loop that looks at it ends in order; one that does not is aborted soon after.</summary>
    public static CancellationToken Stopping => Session?.Stopping ?? CancellationToken.None;

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

    /// <summary>Every loop of a cell begins its rounds here, so that a cell that is asked to stop stops in order, whatever it computes.</summary>
    /// <exception cref="OperationCanceledException">The cell is asked to stop.</exception>
    public static void Heed()
    {
        if (isStopping) throw new OperationCanceledException("The cell was asked to stop.");
    }

    internal static bool IsStopping
    {
        set => isStopping = value;
    }

    static volatile bool isStopping;

    static ScriptSession Running => Session ?? throw new InvalidOperationException("No cell is running: CellDisplay works only inside a notebook.");
}
