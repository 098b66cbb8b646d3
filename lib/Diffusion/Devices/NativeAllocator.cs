using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Diffusion.Devices;

/// <summary>
/// Keeps freed memory for the next tensor. As shipped, glibc asks the kernel for every block of a few MB and gives it back when it is
/// freed, so each tensor pays for fresh pages: for an element-wise operation that costs many times the arithmetic.
/// </summary>
public static class NativeAllocator
{
    // malloc.h: parameters of mallopt. Blocks up to 32 MB (the most M_MMAP_THRESHOLD takes) come from the heap and stay there;
    // larger ones are still mapped and unmapped, which bounds what fragmentation can hold back.
    const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3;
    const int LargestHeapBlock = 32 << 20, KeepEverything = int.MaxValue, GrowBy = 64 << 20;

    /// <summary>Whether this process runs on the tuned allocator (Linux with glibc).</summary>
    public static bool IsTuned { get; private set; }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before the first tensor, whatever the first call is.")]
    internal static void Tune()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            IsTuned = mallopt(MmapThreshold, LargestHeapBlock) + mallopt(TrimThreshold, KeepEverything) + mallopt(TopPad, GrowBy) == 3;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl and others: nothing to tune, nothing lost.
        }
    }

    [DllImport("libc.so.6", EntryPoint = "mallopt"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int mallopt(int parameter, int value);
}
