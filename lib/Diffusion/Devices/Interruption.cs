using System.Reflection;
using Shared;

namespace Diffusion.Devices;

/// <summary>
/// Lets long work end in order where the reader of a notebook has asked the cell to stop: walks, trainings and their like look once a step.
/// Outside a notebook there is nothing to look at.
/// </summary>
public static class Interruption
{
    static readonly Func<CancellationToken> stopping = Find();

    /// <summary>Ends the work where a stop was asked for.</summary>
    /// <exception cref="OperationCanceledException">The running cell was asked to stop.</exception>
    public static void ThrowIfAsked() => stopping().ThrowIfCancellationRequested();

    static Func<CancellationToken> Find()
    {
        Type? context = NotebookEngine.Find("KernelInvocationContext");
        if (context?.GetProperty("Current") is not { } current || context.GetProperty("CancellationToken") is not { } token)
            return () => CancellationToken.None;
        return () =>
        {
            try
            {
                return current.GetValue(null) is { } cell ? (CancellationToken)token.GetValue(cell)! : CancellationToken.None;
            }
            catch (TargetInvocationException)
            {
                return CancellationToken.None; // in a thread that has outlived its cell
            }
        };
    }
}
