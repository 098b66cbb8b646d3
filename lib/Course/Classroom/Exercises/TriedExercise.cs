namespace Course.Classroom.Exercises;

/// <summary>An exercise whose answer is tried out: a step, a sampler, a function of tensors.</summary>
/// <typeparam name="T">What the reader makes.</typeparam>
/// <seealso cref="Exercise"/>
public sealed class TriedExercise<T> : Exercise where T : class
{
    readonly Func<T, string?> fault;

    /// <summary>An exercise.</summary>
    /// <param name="title">Number and name.</param>
    /// <param name="hint">One sentence that helps.</param>
    /// <param name="fault">Tries an answer and says in one sentence what is wrong with it, or null where nothing is.</param>
    public TriedExercise(string title, string hint, Func<T, string?> fault) : base(title, hint) => this.fault = fault
        ?? throw new ArgumentNullException(nameof(fault));

    /// <summary>Looks at what the reader made; null means not answered yet.</summary>
    public void Try(T? answer) => Show(Judge(answer));

    /// <summary>The same test for the solution.</summary>
    /// <exception cref="CheckFailedException">The answer is wrong or missing.</exception>
    public void Solve(T? answer) => Demand(Judge(answer));

    Remark Judge(T? answer)
    {
        if (answer is null) return Open;
        try
        {
            return fault(answer) is { } sentence ? Wrong(sentence) : Right("yours is right");
        }
        catch (NotImplementedException)
        {
            return Open;
        }
        catch (Exception error)
        {
            return Wrong($"yours throws {error.GetType().Name}: {error.Message.Split('\n')[0]}");
        }
    }
}
