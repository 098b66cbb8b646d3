using System.Diagnostics;

namespace Notebooks.Running;

/// <summary>How far a piece of work is: one line that changes on a terminal; elsewhere a line when it ends, and one every half minute while
/// it runs.</summary>
public sealed class Progress
{
    static readonly TimeSpan Often = TimeSpan.FromSeconds(0.5), Rarely = TimeSpan.FromSeconds(30);

    readonly bool terminal = !Console.IsOutputRedirected;
    readonly Stopwatch elapsed = new(), sinceShown = new();
    string name = "", words = "";
    bool timed;
    int shown;

    /// <summary>Begins a line.</summary>
    /// <param name="what">What it is about.</param>
    /// <param name="timed">Whether it ends in the time elapsed; not where the words that follow say the time themselves.</param>
    public void Begin(string what, bool timed = true)
    {
        (name, words, this.timed) = (what, "", timed);
        elapsed.Restart();
        sinceShown.Restart();
    }

    /// <summary>How far it is. Shown at once on a terminal when asked for, else when it is time.</summary>
    public void Say(string how, bool atOnce = false)
    {
        words = how;
        if (atOnce && terminal) Show(); else Tick();
    }

    /// <summary>Called again and again while nothing new can be said.</summary>
    public void Tick()
    {
        if (sinceShown.Elapsed >= (terminal ? Often : Rarely)) Show();
    }

    /// <summary>Ends the line with what came out.</summary>
    public void End(string what)
    {
        words = what;
        Write(last: true);
    }

    void Show()
    {
        sinceShown.Restart();
        Write(last: !terminal);
    }

    void Write(bool last) => Line($"{name}  {words}" + (timed ? $"  {Time(elapsed.Elapsed)}" : ""), last);

    void Line(string text, bool last)
    {
        if (terminal)
        {
            int width = Math.Max(20, Width() - 1);
            if (text.Length > width) text = text[..width];
            Console.Write("\r" + text.PadRight(shown));
            shown = text.Length;
        }
        else
        {
            Console.Write(text);
        }
        if (!last) return;
        Console.WriteLine();
        shown = 0;
    }

    static int Width()
    {
        try { return Console.WindowWidth; }
        catch (IOException) { return 80; }
    }

    static string Time(TimeSpan time) => time.TotalMinutes < 1 ? $"{time.TotalSeconds:0.0} s" : $"{(int)time.TotalMinutes} "
        + $"min {time.Seconds:00} s";
}
