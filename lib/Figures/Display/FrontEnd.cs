using System.Reflection;
using Shared;

namespace Figures.Display;

/// <summary>
/// Shows values in the notebook engine (.NET Interactive); without one a figure is a plain line on the console.
/// </summary>
public static class FrontEnd
{
    /// <summary>Shows a value in the running cell's output.</summary>
    public static IShown Show(object value) =>
        (IShown?)Interactive.TryShow(value) ?? Console.Show(value);

    static object? Call(MethodInfo method, object? target, params object?[] arguments)
    {
        try { return method.Invoke(target, arguments); }
        catch (TargetInvocationException error) when (error.InnerException is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    /// <summary>
    /// .NET Interactive: KernelInvocationContextExtensions.Display(KernelInvocationContext.Current, value), whose DisplayedValue has Update
    /// (the one that object.Display() returns carries another display id in its last version).
    /// </summary>
    sealed class Interactive(object displayed) : IShown
    {
        internal static Interactive? TryShow(object value)
        {
            var contexts = NotebookEngine.Find("KernelInvocationContext");
            if (contexts?.GetProperty("Current")?.GetValue(null) is not { } context) return null;
            var display = NotebookEngine.Find("KernelInvocationContextExtensions")?
                .GetMethod("Display", [context.GetType(), typeof(object), typeof(string[])]);
            return display is null ? null : new Interactive(Call(display, null, context, value, Array.Empty<string>())!);
        }

        public bool Replaces => true;

        public void Update(object value)
        {
            if (displayed.GetType().GetMethod("Update", [typeof(object)]) is { } update) Call(update, displayed, value);
        }
    }

    sealed class Console : IShown
    {
        internal static Console Show(object value)
        {
            var shown = new Console();
            shown.Update(value);
            return shown;
        }

        public bool Replaces => false;

        public void Update(object value) => System.Console.WriteLine(value);
    }
}
