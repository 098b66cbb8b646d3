namespace Notebooks.Scripting;

/// <summary>A question of a cell to whoever sits before it.</summary>
/// <param name="Prompt">What is asked; empty for Console.ReadLine.</param>
/// <param name="IsPassword">Whether the answer is not to be shown.</param>
public sealed record InputRequest(string Prompt, bool IsPassword);
