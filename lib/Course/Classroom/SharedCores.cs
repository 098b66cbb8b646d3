using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Course.Classroom;

/// <summary>
/// Lets idle threads sleep soon while other programs want the cores. libgomp has the threads of a parallel loop spin a while before
/// they sleep: alone that is fastest, beside a program that never rests each loop then waits for the scheduler. It cuts the spinning to a
/// three-hundredth while a process has more threads in its teams than the machine has cores, so under load teams are held that do nothing.
/// The teams that compute stay as they are, and so does every bit of what they compute.
/// </summary>
static class SharedCores
{
    const string Times = "/proc/stat";              // its first line: "cpu", then hundredths of a second: user, nice, system, idle, …
    const double Wanted = 0.55, NoLonger = 0.4;     // cores: a program that never rests gets two thirds of one beside two spinning threads

    static readonly TimeSpan pause = TimeSpan.FromSeconds(1);
    static Clocks before;
    static Timer? watch;
    static ManualResetEventSlim? held;

    // seconds: by the clock, of all cores together, of these idle, and of this process
    readonly record struct Clocks(double Now, double All, double Idle, double Own);

    /// <summary>Whether idle threads sleep soon now.</summary>
    internal static bool AreWanted => held is not null;

    /// <summary>Looks once a second from now on, where the system says what it does (Linux).</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Every program of the course shares the cores, whatever it calls first.")]
    internal static void Watch()
    {
        if (!File.Exists(Times)) return;
        before = Read();
        watch = new(_ => Look(), null, pause, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether other programs take so much that <paramref name="threads"/> threads no longer fit beside them.</summary>
    internal static bool Crowded(double others, double cores, int threads, bool already) =>
        threads > 1 && others + threads > cores + (already ? NoLonger : Wanted);

    static void Look()
    {
        Clocks now = Read();
        double seconds = now.Now - before.Now, cores = (now.All - before.All) / seconds;
        double others = cores - (now.Idle - before.Idle + now.Own - before.Own) / seconds;
        before = now;
        int threads = others > NoLonger ? get_num_threads() : 1;        // a program without tensors need not load libtorch to learn it
        bool crowded = Crowded(others, cores, threads, AreWanted);
        if (crowded != AreWanted) Hold(crowded, threads);
        watch!.Change(pause, Timeout.InfiniteTimeSpan);
    }

    static Clocks Read()
    {
        double[] times = [.. File.ReadLines(Times).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(time => double.Parse(time, CultureInfo.InvariantCulture) / 100)];
        return new(Environment.TickCount64 / 1000.0, times.Sum(), times[3] + times[4], Environment.CpuUsage.TotalTime.TotalSeconds);
    }

    static void Hold(bool crowded, int threads)
    {
        held?.Set();
        held = crowded ? new() : null;
        if (held is not { } end) return;
        for (int managed = threads; managed <= Environment.ProcessorCount; managed += threads - 1)
            new Thread(Team) { IsBackground = true }.Start();

        void Team()
        {
            using (Tensor one = ones(1 << 17, device: CPU), loop = one.exp()) end.Wait();      // the loop makes the team
        }
    }
}
