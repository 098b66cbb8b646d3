using System.Diagnostics.CodeAnalysis;
using Notebooks.Cells;

namespace Notebooks.Scripting;

/// <summary>
/// One run of a cell, which can be asked to stop from another thread. That goes in steps, each taken only where the one before did not
/// help: the token is cancelled; the cell's loops throw; its threads are woken from whatever they wait for. What neither looks, loops nor
/// waits (native code, a library's own loop) goes on: then the process is ended from outside.
/// </summary>
/// <remarks>
/// As the synchronization context of the cell it also says where a cell goes on after an await: in parallel, as without a context (so that
/// blocking on a task does not deadlock), and nowhere once the cell was stopped. An exception of an async void method, which nobody awaits,
/// arrives here.
/// </remarks>
/// <param name="gate">Held by the code wherever it must not be woken half way.</param>
/// <param name="token">The token that .NET Interactive shows to the cell.</param>
[SuppressMessage("Design", "CA1001", Justification = "A stop may still be under way when the run has ended; the field holds no "
    + "handle unless somebody waits.")]
sealed class StoppableRun(object gate, CancellationTokenSource token) : SynchronizationContext
{
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500), Moment = TimeSpan.FromMilliseconds(200),
        LastWords = TimeSpan.FromSeconds(1);

    readonly ManualResetEventSlim ended = new();
    readonly HashSet<Thread> threads = []; // guarded by itself
    int requested, posted;

    /// <summary>Whether the run was asked to stop.</summary>
    internal bool IsStopping => Volatile.Read(ref requested) != 0;

    /// <summary>What nobody awaited and failed; null where nothing did.</summary>
    internal Exception? Fault { get; private set; }

    /// <summary>Runs the cell on this thread and waits for its end.</summary>
    /// <returns>What it came to; the default where it was stopped before that.</returns>
    internal T? Run<T>(Func<Task<T>> cell)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        T? result = default;
        try
        {
            Stoppable(() =>
            {
                Task<T> task = cell();
                ((IAsyncResult)task).AsyncWaitHandle.WaitOne(); // the wait may be interrupted: the cell is left where it awaits
                for (var wait = System.Diagnostics.Stopwatch.StartNew(); Volatile.Read(ref posted) > 0
                    && wait.Elapsed < LastWords;) Thread.Sleep(1);
                result = task.GetAwaiter().GetResult();
            });
            return result;
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Says that there is nothing to stop any more.</summary>
    internal void End() => ended.Set();

    /// <summary>Asks the cell to stop; returns at once.</summary>
    internal void Stop()
    {
        if (Interlocked.Exchange(ref requested, 1) == 0) new Thread(Pursue) { IsBackground = true, Name = "Stopping a cell" }.Start();
    }

    void Pursue()
    {
        token.Cancel();
        if (ended.Wait(Grace)) return;
        CellDisplay.MustStop = true;
        do
        {
            lock (gate)
                lock (threads)
                    foreach (Thread thread in threads) thread.Interrupt();
        }
        while (!ended.Wait(Moment));
    }

    public override void Post(SendOrPostCallback callback, object? state)
    {
        if (IsStopping) return;
        Interlocked.Increment(ref posted);
        new Thread(() =>
        {
            SetSynchronizationContext(this);
            try
            {
                Stoppable(() => callback(state));
            }
            catch (Exception error)
            {
                Fault ??= error;
            }
            finally
            {
                Interlocked.Decrement(ref posted);
            }
        })
        { IsBackground = true, Name = "Cell after an await" }.Start();
    }

    public override SynchronizationContext CreateCopy() => this;

    void Stoppable(Action action)
    {
        if (IsStopping) return;
        lock (threads) threads.Add(Thread.CurrentThread);
        try
        {
            action();
        }
        catch (Exception) when (IsStopping)
        {
            // That was the purpose.
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>From here on nobody wakes this thread, and a call that came too late is taken off it.</summary>
    void Leave()
    {
        for (bool left = false; !left;)
        {
            try
            {
                lock (threads) threads.Remove(Thread.CurrentThread);
                if (IsStopping) Thread.Sleep(1);
                left = true;
            }
            catch (ThreadInterruptedException)
            {
                // That was it.
            }
        }
    }
}
