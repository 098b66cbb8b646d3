namespace Notebooks.Running;

/// <summary>How the run of a notebook ended.</summary>
public enum RunOutcome
{
    Completed,
    Failed,
    Interrupted,
}
