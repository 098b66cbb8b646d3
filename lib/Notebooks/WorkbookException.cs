namespace Notebooks;

/// <summary>
/// Something the user can put right. The message is the whole story in one sentence: which file or argument, what was found, what is
/// expected, what to do. The program prints it without a stack trace and exits with 1.
/// </summary>
public sealed class WorkbookException(string message, Exception? cause = null) : Exception(message, cause);
