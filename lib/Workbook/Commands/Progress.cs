using System.Diagnostics;

namespace Workbook.Commands;

/// <summary>How far a piece of work is: one line that changes on a terminal; elsewhere a line when it ends, and one every half minute while it runs.</summary>
sealed class Progress
{
    static readonly TimeSpan Often = TimeSpan.FromSeconds(0.5), Rarely = TimeSpan.FromSeconds(30);

    readonly bool terminal = !Console.IsOutputRedirected;
    readonly Stopwatch elapsed = new(), sinceShown = new();
    string name = "", unit = "", said = "";
    int number, count, shown;

    internal void Begin(string what, int parts, string called = "cell")
    {
        (name, count, unit, number, said) = (what, parts, called, 0, "");
        elapsed.Restart();
        sinceShown.Restart();
    }

    internal void Cell(int which)
    {
        number = which;
        if (terminal) Show();
    }

    /// <summary>The same for parts that follow each other too fast to show each.</summary>
    internal void Step(int which)
    {
        number = which;
        Tick();
    }

    /// <summary>The same in words of the caller's own.</summary>
    internal void Say(string words)
    {
        said = words;
        Tick();
    }

    /// <summary>Called again and again while a cell runs.</summary>
    internal void Tick()
    {
        if (sinceShown.Elapsed >= (terminal ? Often : Rarely)) Show();
    }

    /// <summary>Ends the line with what came out.</summary>
    internal void End(string what) => Line($"{name}  {what}  {Time(elapsed.Elapsed)}", last: true);

    /// <summary>The same in words of the caller's own, which say the time themselves.</summary>
    internal void Finish(string words) => Line($"{name}  {words}", last: true);

    void Show()
    {
        sinceShown.Restart();
        Line(said.Length > 0 ? $"{name}  {said}" : $"{name}  {unit} {number}/{count}  {Time(elapsed.Elapsed)}", last: !terminal);
    }

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

    static string Time(TimeSpan time) => time.TotalMinutes < 1 ? $"{time.TotalSeconds:0.0} s" : $"{(int)time.TotalMinutes} min {time.Seconds:00} s";
}
