namespace Shared;

/// <summary>The notebook engine around the library, .NET Interactive, found by name so that nothing refers to it.</summary>
static class NotebookEngine
{
    /// <summary>A type of the namespace Microsoft.DotNet.Interactive; null outside a notebook.</summary>
    internal static Type? Find(string name) => AppDomain.CurrentDomain.GetAssemblies()
        .FirstOrDefault(assembly => assembly.GetName()
            .Name == "Microsoft.DotNet.Interactive")?.GetType($"Microsoft.DotNet.Interactive.{name}");
}
