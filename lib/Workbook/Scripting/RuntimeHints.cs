using System.Text.RegularExpressions;

namespace Workbook.Scripting;

/// <summary>What an exception means to a beginner and what to do about it, in one sentence.</summary>
static class RuntimeHints
{
    /// <summary>The sentence; null for an exception that the table does not know, whose own message must do.</summary>
    internal static string? For(Exception exception)
    {
        string text = $"{exception.GetType().Name}: {Message(exception)}";
        foreach ((string pattern, string sentence) in Sentences)
            if (Regex.Match(text, pattern) is { Success: true } match) return match.Result(sentence);
        return null;
    }

    /// <summary>The exception's message; libtorch's without the C++ calls that led to it.</summary>
    internal static string Message(Exception exception) => exception.Message.Split("\nException raised from ")[0].TrimEnd();

    static readonly (string Pattern, string Sentence)[] Sentences =
    [
    ];
}
