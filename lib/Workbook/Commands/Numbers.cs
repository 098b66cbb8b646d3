using System.CommandLine;

namespace Workbook.Commands;

/// <summary>Options that take a number: refused in one sentence that names option, value and range.</summary>
static class Numbers
{
    /// <summary>A whole number from 1 to the largest that fits.</summary>
    internal static void RequireFromOne(long largest, params Option[] options)
    {
        foreach (Option option in options) Require(option, text => long.TryParse(text, out long value) && value >= 1 && value <= largest, "a whole number from 1");
    }

    internal static void Require(Option option, Func<string, bool> holds, string expected) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !holds(token.Value)) result.AddError($"{option.Name} {token.Value} is not {expected}.");
    });
}
