namespace Course.Classroom;

/// <summary>A claim of the workbook did not hold when it was measured. The message is one sentence with the numbers.</summary>
public sealed class CheckFailedException : Exception
{
    /// <summary>An exception with this sentence.</summary>
    public CheckFailedException(string message) : base(message) { }

    /// <summary>An exception with this sentence and what caused it.</summary>
    public CheckFailedException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An exception without a claim.</summary>
    public CheckFailedException() : base("A check failed.") { }
}
