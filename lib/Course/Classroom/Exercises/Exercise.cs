using Figures.Display;

namespace Course.Classroom.Exercises;

/// <summary>
/// A task for the reader with an instant answer. The right answer, the known slips and the hint lie here and not in the chapter, where the
/// question stands: <c>Try</c> is the last line of the reader's cell and never throws; <c>Solve</c> stands among the solutions at the
/// chapter's end, where the same test must pass.
/// </summary>
public abstract class Exercise
{
    private protected Exercise(string title, string hint)
    {
        Title = title ?? throw new ArgumentNullException(nameof(title));
        Hint = hint ?? throw new ArgumentNullException(nameof(hint));
    }

    /// <summary>Number and name: <c>1.1 how long to ten centimetres</c>.</summary>
    public string Title { get; }

    /// <summary>One sentence that helps without giving the answer away; it is shown folded.</summary>
    public string Hint { get; }

    private protected Remark Open =>
        new(Verdict.Open, $"Exercise {Title}", "not answered yet: put your answer in this cell and run it again", "", Hint);

    private protected Remark Right(string finding) => new(Verdict.Holds, $"Exercise {Title}", finding, "");

    private protected Remark Wrong(string finding) => new(Verdict.Fails, $"Exercise {Title}", $"not yet: {finding}", "", Hint);

    private protected static void Show(Remark remark) => FrontEnd.Show(remark);

    private protected static void Demand(Remark remark)
    {
        Show(remark);
        if (remark.Verdict != Verdict.Holds)
            throw new CheckFailedException($"{remark.Claim}: the solution fails its own test: {remark.Finding}.");
    }

    /// <summary>Slips that say two things of one answer, or call the right one wrong, are a mistake in the exercise.</summary>
    private protected ArgumentException Alike(string one, string other) =>
        new($"Exercise {Title}: '{one}' and '{other}' cannot be told apart within the tolerance, expected answers that differ.");
}
