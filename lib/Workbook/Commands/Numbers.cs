using System.CommandLine;

namespace Workbook.Commands;

/// <summary>Options that take a number: refused in one sentence that names option, value and range.</summary>
static class Numbers
{
    internal static void Require(Option option, Func<string, bool> holds, string expected) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !holds(token.Value)) result.AddError($"{option.Name} {token.Value} is not {expected}.");
    });
}
