using System.Runtime.Loader;
using Microsoft.DotNet.Interactive;

namespace Notebooks.Scripting;

/// <summary>
/// A package may bring an extension of .NET Interactive, in its folder interactive-extensions/dotnet: that of Plotly.NET.Interactive shows
/// charts. It is loaded when the package is, as in Microsoft's tool.
/// </summary>
sealed class PackageExtensions(CompositeKernel kernels)
{
    readonly HashSet<string> loaded = new(StringComparer.OrdinalIgnoreCase);

    internal async Task LoadFrom(IEnumerable<ResolvedPackageReference> packages)
    {
        foreach (ResolvedPackageReference package in packages)
        {
            string folder = Path.Combine(package.PackageRoot ?? "", "interactive-extensions", "dotnet");
            if (!Directory.Exists(folder) || !loaded.Add(package.PackageName)) continue;
            foreach (string file in Directory.EnumerateFiles(folder, "*.dll"))
                foreach (Type type in AssemblyLoadContext.Default.LoadFromAssemblyPath(file)
                    .ExportedTypes.Where(type => typeof(IKernelExtension).IsAssignableFrom(type) && type is { IsAbstract: false }))
                    await ((IKernelExtension)Activator.CreateInstance(type)!).OnLoadAsync(kernels);
        }
    }
}
