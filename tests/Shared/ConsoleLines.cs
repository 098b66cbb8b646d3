namespace Shared;

/// <summary>What is shown where there is no notebook engine: lines on the console.</summary>
static class ConsoleLines
{
    internal static string[] Of(Action act)
    {
        TextWriter before = Console.Out;
        var text = new StringWriter();
        Console.SetOut(text);
        try { act(); }
        finally { Console.SetOut(before); }
        return text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
