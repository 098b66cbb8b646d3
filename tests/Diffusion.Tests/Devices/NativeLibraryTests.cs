using System.Diagnostics;

namespace Diffusion.Tests.Devices;

public sealed class NativeLibraryTests
{
    [Fact]
    public void Torch_loads_flat_from_the_output_folder_on_this_system()
    {
        using var ones = TorchSharp.torch.ones(2, 2);
        Assert.Equal(4, ones.sum().item<float>());
        string[] loaded = [.. Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Select(module => module.FileName).Where(file => file.Contains("LibTorchSharp"))];
        Assert.All(loaded, file => Assert.Equal(AppContext.BaseDirectory, Path.GetDirectoryName(file) + Path.DirectorySeparatorChar));
        Assert.NotEmpty(loaded);
    }

    /// <summary>readelf would show `Flags: WEAK`; here the entry is found by its own bytes: hash of the name, flags, and what libstdc++ calls it.</summary>
    [Fact]
    public void The_newest_libstdcxx_version_is_asked_for_weakly()
    {
        if (!OperatingSystem.IsLinux()) return;
        byte[] elf = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));
        byte[] hash = BitConverter.GetBytes(ElfHash("GLIBCXX_3.4.32"));
        int[] entries = [.. Enumerable.Range(0, elf.Length - 6).Where(i => i % 4 == 0 && elf.AsSpan(i, 4).SequenceEqual(hash))];
        Assert.Contains(entries, i => BitConverter.ToUInt16(elf, i + 4) == 2); // VER_FLG_WEAK
    }

    static uint ElfHash(string name)
    {
        uint h = 0;
        foreach (char c in name)
        {
            h = (h << 4) + c;
            uint high = h & 0xf0000000;
            h = (h ^ (high >> 24)) & ~high;
        }
        return h;
    }
}
