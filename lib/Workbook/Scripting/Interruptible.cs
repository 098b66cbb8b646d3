using System.Diagnostics.CodeAnalysis;
using System.Runtime;

namespace Workbook.Scripting;

/// <summary>
/// Runs code that can be stopped from another thread even where it never looks. Stopping goes in steps, each taken only where the one
/// before did not help: the token is cancelled; the cell's own loops throw; the thread is woken from whatever it waits for; it is aborted. Native code is not
/// interrupted: the abort takes effect when it returns.
/// </summary>
/// <remarks>
/// A thread that was aborted in a busy loop must not run cells again. On Linux the runtime stops such a thread by a signal and raises the
/// abort inside its handler, which then never returns: the signal stays blocked in that thread, and the runtime believes that one is
/// still on its way (seen in .NET 10.0.12). The next busy loop there could not be stopped, and a garbage collection would wait for it forever.
/// </remarks>
/// <param name="gate">Held by the code wherever it must not be stopped half way: nothing is raised in a thread that has it.</param>
[SuppressMessage("Design", "CA1001", Justification = "A stop may still be under way when the run has ended; none of the fields holds a handle.")]
sealed class Interruptible(object gate)
{
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500), BeforeAbort = TimeSpan.FromSeconds(2), Moment = TimeSpan.FromMilliseconds(200);

    readonly CancellationTokenSource stopping = new(), abort = new();
    readonly ManualResetEventSlim ended = new();
    readonly HashSet<Thread> threads = []; // guarded by itself
    int requested;

    /// <summary>Cancelled as soon as the code is asked to stop.</summary>
    internal CancellationToken Stopping => stopping.Token;

    /// <summary>Runs the action on this thread; after an await it goes on in another.</summary>
    /// <returns>False where it was stopped before its end.</returns>
    internal bool Run(Action action)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new StoppableThreads(this));
        try
        {
            return RunStoppable(action);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Says that there is nothing to stop any more.</summary>
    internal void End() => ended.Set();

    /// <summary>Asks the code to stop; returns at once.</summary>
    internal void Stop()
    {
        if (Interlocked.Exchange(ref requested, 1) == 0) Start("Stopping a cell", Pursue);
    }

    void Pursue()
    {
        stopping.Cancel();
        if (ended.Wait(Grace)) return;
        CellDisplay.MustStop = true;
        lock (gate) Wake();
        if (ended.Wait(BeforeAbort)) return; // on a busy machine a round of a loop may take long, and an abort may cost the process

        // Cancel returns only when the threads have begun to unwind, and one that waits does not before it is woken: hence a thread
        // of its own for it. While that thread has the gate, no other is in the middle of an output.
        using var aborted = new ManualResetEventSlim();
        Thread aborting = Start("Aborting a cell", () =>
        {
            lock (gate)
            {
                aborted.Set();
                abort.Cancel();
            }
        });
        aborted.Wait();
        while (!aborting.Join(Moment)) Wake();
    }

    void Wake()
    {
        lock (threads)
            foreach (Thread thread in threads) thread.Interrupt();
    }

    bool RunStoppable(Action action)
    {
        if (stopping.IsCancellationRequested) return false;
        lock (threads) threads.Add(Thread.CurrentThread);
        try
        {
#pragma warning disable SYSLIB0046 // Nothing else stops a busy loop. It may leave the cell's own data half changed; the session's is behind the gate.
            ControlledExecution.Run(action, abort.Token);
#pragma warning restore SYSLIB0046
            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return false;
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
                if (stopping.IsCancellationRequested) Thread.Sleep(1);
                left = true;
            }
            catch (ThreadInterruptedException)
            {
                // That was it.
            }
        }
    }

    static Thread Start(string name, ThreadStart action)
    {
        var thread = new Thread(action) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>
    /// Where a cell goes on after an await: in parallel, as without a context (so that blocking on a task does not deadlock), but in a thread
    /// that can be stopped and is not used again; and nowhere once the cell has been stopped.
    /// </summary>
    sealed class StoppableThreads(Interruptible owner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback callback, object? state) => Start("Cell after an await", () =>
        {
            SetSynchronizationContext(this);
            owner.RunStoppable(() => callback(state));
        });

        public override SynchronizationContext CreateCopy() => this;
    }
}
