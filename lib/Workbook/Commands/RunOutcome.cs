namespace Workbook.Commands;

/// <summary>How the run of a notebook ended.</summary>
enum RunOutcome
{
    Completed,
    Failed,
    Interrupted,
}
