namespace Workbook.Commands;

/// <summary>What the program tells the shell.</summary>
static class ExitCode
{
    internal const int Good = 0, Failure = 1, Usage = 2, Interrupted = 130;
}
