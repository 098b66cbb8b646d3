using System.Reflection;

namespace Diffusion;

/// <summary>
/// Lets long work end in order where the reader of a notebook has asked the cell to stop: everything here that takes many steps looks once a step.
/// .NET Interactive is found by name; outside a notebook there is nothing to look at.
/// </summary>
static class Interruption
{
    static readonly Func<CancellationToken> stopping = Find();

    /// <exception cref="OperationCanceledException">The running cell was asked to stop.</exception>
    internal static void ThrowIfAsked() => stopping().ThrowIfCancellationRequested();

    static Func<CancellationToken> Find()
    {
        Type? context = AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == "Microsoft.DotNet.Interactive")?
            .GetType("Microsoft.DotNet.Interactive.KernelInvocationContext");
        if (context?.GetProperty("Current") is not { } current || context.GetProperty("CancellationToken") is not { } token) return () => CancellationToken.None;
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
