using System.Runtime.CompilerServices;
using Diffusion.Devices;
using Diffusion.Models.Files;

namespace Shared.Tensors;

/// <summary>What the reference implementation recorded; each folder says in its README.txt how.</summary>
static class Golden
{
    internal static string Folder(string name) => Path.Combine(Tests(), "golden", name);

    /// <summary>The numbers of one tensor.</summary>
    internal static double[] Numbers(string file, string name)
    {
        using var recorded = SafeTensors.Open(Path.Combine(Folder("."), file));
        using var tensor = recorded.Read(name);
        return tensor.ToDoubles();
    }

    /// <summary>A folder of this test's own, gone when it ends.</summary>
    internal sealed class Scratch : IDisposable
    {
        internal string Folder { get; } = Directory.CreateTempSubdirectory("diffusion-tests-").FullName;

        internal string this[string file] => Path.Combine(Folder, file);

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }

    static string Tests([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
