using System.Reflection;
using System.Runtime.Loader;

namespace Diffusion;

/// <summary>
/// Finds <c>charts/Charts.dll</c> beside Diffusion.dll and loads it with all it needs into a room of its own, which shares Diffusion with
/// the rest of the process. Without it every figure stays a still picture.
/// </summary>
static class ChartLoader
{
    static readonly Lazy<IChartRenderer?> found = new(() => Load(
        Path.Combine(Path.GetDirectoryName(typeof(IChartRenderer).Assembly.Location) ?? "", "charts", "Charts.dll")));

    internal static IChartRenderer? Renderer => found.Value;

    internal static IChartRenderer? Load(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var assembly = new Room(Path.GetFullPath(path)).LoadFromAssemblyPath(Path.GetFullPath(path));
            return (IChartRenderer?)Activator.CreateInstance(assembly.GetType("Diffusion.PlotlyRenderer", throwOnError: true)!);
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException or MissingMemberException
            or TargetInvocationException)
        {
            return null;
        }
    }

    sealed class Room(string path) : AssemblyLoadContext("Diffusion charts")
    {
        readonly string folder = Path.GetDirectoryName(path)!;

        protected override Assembly? Load(AssemblyName name)
        {
            var diffusion = typeof(IChartRenderer).Assembly;
            if (name.Name == diffusion.GetName().Name) return diffusion;
            string file = Path.Combine(folder, name.Name + ".dll");
            return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
        }
    }
}
