using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Workbook.Scripting;

/// <summary>
/// The thread on which cells run, one after another, so that what belongs to a thread (PyTorch's gradient mode, a dispose scope)
/// lasts from cell to cell.
/// </summary>
sealed class CellThread : IDisposable
{
    readonly BlockingCollection<Action> work = [];

    internal CellThread()
    {
        var thread = new Thread(() =>
        {
            foreach (Action action in work.GetConsumingEnumerable()) action();
        })
        { IsBackground = true, Name = "Cells" };
        thread.Start();
    }

    /// <summary>Runs the action there and waits for it.</summary>
    internal T Run<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        work.Add(() =>
        {
            try { result = action(); }
            catch (Exception error) { failure = ExceptionDispatchInfo.Capture(error); }
            done.Set();
        });
        done.Wait();
        failure?.Throw();
        return result;
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose() => work.CompleteAdding();
}
