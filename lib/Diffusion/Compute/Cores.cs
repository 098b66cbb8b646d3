using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>
/// The processor's cores as workers that take a part of the batch each. libtorch lets all cores share every single operation, and they wait for one
/// another after each of them; with a part of its own a core waits once a step.
/// </summary>
static class Cores
{
    const long WorthSharing = 1 << 18;      // bytes; below, handing over costs more than the work

    [ThreadStatic] static bool isWorker;

    static readonly Lazy<Worker[]> workers = new(() =>
    {
        int all = get_num_threads();
        Worker[] made = [.. Enumerable.Range(0, all).Select(_ => new Worker())];
        set_num_threads(all);           // each worker set the process's number to its own 1
        return made;
    });

    /// <summary>How many parts a batch falls into here: as many as libtorch has threads, each of at least <paramref name="least"/> items; 1 on a worker.</summary>
    internal static int Parts(long batch, long least) => isWorker ? 1 : (int)Math.Clamp(batch / least, 1, get_num_threads());

    /// <summary>From where to where part i of n goes.</summary>
    internal static (long Start, long Length) Part(long batch, int i, int n) => (batch * i / n, batch * (i + 1) / n - batch * i / n);

    /// <summary>Runs part 0…n−1, each on a core that libtorch uses alone, and waits for all of them.</summary>
    /// <remarks>The caller's modes of gradient and inference hold there. Tensors that leave a part must be detached from its scope.</remarks>
    internal static T[] Run<T>(int parts, Func<int, T> part)
    {
        if (parts == 1) return [part(0)];
        var results = new T[parts];
        bool gradient = is_grad_enabled(), inference = is_inference_mode_enabled();
        using var done = new CountdownEvent(parts);
        Exception? wrong = null;
        for (int i = 0; i < parts; i++)
        {
            int mine = i;
            workers.Value[i].Post(() =>
            {
                try
                {
                    using var guard = inference ? inference_mode() : null;
                    using var mode = set_grad_enabled(gradient && !inference);
                    results[mine] = part(mine);
                }
                catch (Exception error) { wrong = error; }
                finally { done.Signal(); }
            });
        }
        done.Wait();
        if (wrong is not null) ExceptionDispatchInfo.Throw(wrong);
        return results;
    }

    /// <summary>Runs 0…count−1, on all cores where it is worth it and they are free.</summary>
    internal static void ForEach(int count, long bytes, Action<int> body)
    {
        if (isWorker || bytes < WorthSharing || count < 2 || get_num_threads() < 2)
            for (int i = 0; i < count; i++) body(i);
        else Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, body);
    }

    sealed class Worker
    {
        readonly Queue<Action> work = new();

        internal Worker()
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = "Diffusion core" };
            using var set = new ManualResetEventSlim();
            Post(() =>
            {
                isWorker = true;
                _ = get_num_threads();      // the first call in a thread gives it the process's number
                set_num_threads(1);
                set.Set();
            });
            thread.Start();
            set.Wait();
        }

        internal void Post(Action action)
        {
            lock (work)
            {
                work.Enqueue(action);
                Monitor.Pulse(work);
            }
        }

        void Loop()
        {
            while (true)
            {
                Action? action;
                lock (work)
                    while (!work.TryDequeue(out action)) Monitor.Wait(work);
                action();
            }
        }
    }
}
