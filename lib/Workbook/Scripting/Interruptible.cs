using System.Diagnostics.CodeAnalysis;
using System.Runtime;

namespace Workbook.Scripting;

/// <summary>
/// Runs code that can be stopped from another thread even where it never looks: first its token is cancelled, and if that does not
/// help within <see cref="Grace"/>, the thread is woken from whatever it waits for and aborted. Native code is not interrupted: the abort takes
/// effect when it returns.
/// </summary>
/// <param name="gate">Held by the code wherever it must not be aborted half way: no abort is raised while somebody has it.</param>
[SuppressMessage("Design", "CA1001", Justification = "A stop may still be under way when the run has ended; none of the fields holds a handle.")]
sealed class Interruptible(object gate)
{
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource stopping = new(), abort = new();
    readonly Lock ending = new();
    readonly ManualResetEventSlim ended = new();
    Thread? thread;
    int requested;
    volatile bool aborting;

    /// <summary>Cancelled as soon as the code is asked to stop.</summary>
    internal CancellationToken Stopping => stopping.Token;

    /// <summary>Runs the action on this thread.</summary>
    /// <returns>False where it was stopped before its end.</returns>
    internal bool Run(Action action)
    {
        thread = Thread.CurrentThread;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new AbortablePool(abort.Token));
        try
        {
            RunControlled(action, abort.Token);
            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
            End();
        }
    }

    /// <summary>Asks the code to stop; returns at once.</summary>
    internal void Stop()
    {
        if (Interlocked.Exchange(ref requested, 1) != 0) return;
        new Thread(() =>
        {
            stopping.Cancel();
            if (!ended.Wait(Grace)) Abort();
        })
        { IsBackground = true, Name = "Stopping a cell" }.Start();
    }

    void Abort()
    {
        aborting = true;
        // Cancel returns only when the abort is under way, and a thread that sleeps or waits is not aborted before it is awake:
        // hence two threads. Holding the gate keeps the abort out of the middle of an output.
        new Thread(() => { lock (gate) abort.Cancel(); }) { IsBackground = true, Name = "Aborting a cell" }.Start();
        do
        {
            lock (ending)
                if (!ended.IsSet) thread!.Interrupt();
        }
        while (!ended.Wait(100));
    }

    void End()
    {
        while (true)
        {
            try
            {
                lock (ending) ended.Set();
                if (aborting) Thread.Sleep(1); // takes an interrupt that came too late
                return;
            }
            catch (ThreadInterruptedException)
            {
                // That was it.
            }
        }
    }

    static void RunControlled(Action action, CancellationToken abort)
    {
#pragma warning disable SYSLIB0046 // Nothing else stops a busy loop. It may leave the cell's own data half changed; the session's is behind the gate.
        ControlledExecution.Run(action, abort);
#pragma warning restore SYSLIB0046
    }

    /// <summary>Where a cell goes on after an await: the thread pool, as without a context, but each piece can be aborted too.</summary>
    sealed class AbortablePool(CancellationToken abort) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback callback, object? state) => ThreadPool.QueueUserWorkItem(_ =>
        {
            SynchronizationContext? before = Current;
            SetSynchronizationContext(this);
            try
            {
                RunControlled(() => callback(state), abort);
            }
            catch (Exception error) when (abort.IsCancellationRequested && error is OperationCanceledException or ThreadInterruptedException)
            {
                // The cell has been stopped; whoever waits for this piece has been too.
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        });

        public override SynchronizationContext CreateCopy() => this;
    }
}
