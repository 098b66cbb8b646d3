using System.Reflection;
using System.Runtime.Loader;

namespace Figures;

/// <summary>
/// Finds <c>charts/Figures.Plotly.dll</c> beside Figures.dll and loads it into a room of its own with what lies in that folder. Everything
/// else it needs (Figures, SkiaSharp) is Figures' own, from wherever the notebook engine has loaded that. Without it every figure stays a
/// still picture.
/// </summary>
static class ChartLoader
{
    static readonly Lazy<IChartRenderer?> found = new(() => Load(
        Path.Combine(Path.GetDirectoryName(typeof(IChartRenderer).Assembly.Location) ?? "", "charts", "Figures.Plotly.dll")));

    internal static IChartRenderer? Renderer => found.Value;

    internal static IChartRenderer? Load(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var assembly = new Room(Path.GetFullPath(path)).LoadFromAssemblyPath(Path.GetFullPath(path));
            return (IChartRenderer?)Activator.CreateInstance(assembly.GetType("Figures.Plotly.PlotlyRenderer", throwOnError: true)!);
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException or MissingMemberException
            or TargetInvocationException)
        {
            return null;
        }
    }

    sealed class Room(string path) : AssemblyLoadContext("Figures.Plotly")
    {
        readonly string folder = Path.GetDirectoryName(path)!;
        readonly AssemblyLoadContext shared = GetLoadContext(typeof(IChartRenderer).Assembly) ?? Default;

        protected override Assembly? Load(AssemblyName name)
        {
            string file = Path.Combine(folder, name.Name + ".dll");
            return File.Exists(file) ? LoadFromAssemblyPath(file) : shared.LoadFromAssemblyName(name);
        }
    }
}
