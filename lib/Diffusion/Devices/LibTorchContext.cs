using System.Runtime.InteropServices;

namespace Diffusion.Devices;

/// <summary>Three switches of libtorch's global context that TorchSharp does not expose, called by their exported C++ names.</summary>
static class LibTorchContext
{
    /// <summary>Switches oneDNN, libtorch's fast CPU convolutions, on or off for the whole process.</summary>
    /// <returns>False where this build of libtorch has no such switch under the name known here (Windows).</returns>
    internal static bool TrySetOneDnn(bool enabled) => TrySet(setUserEnabledMkldnn, enabled);

    /// <summary>Switches NNPACK on or off. Where it cannot start it says so on every convolution, thousands of times.</summary>
    internal static bool TrySetNnpack(bool enabled) => TrySet(setUserEnabledNNPACK, enabled);

    /// <summary>Holds cuDNN to algorithms that give the same bits every time; others add up in the order in which threads happen to
    /// arrive.</summary>
    internal static bool TrySetDeterministicCudnn(bool only) => TrySet(setDeterministicCuDNN, only);

    static bool TrySet(Action<nint, bool> setter, bool enabled)
    {
        try
        {
            setter(globalContext(), enabled);
            return true;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [DllImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv"), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    static extern nint globalContext();

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb"),
        DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    static extern void setUserEnabledMkldnn(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb"),
        DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    static extern void setUserEnabledNNPACK(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context21setDeterministicCuDNNEb"),
        DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    static extern void setDeterministicCuDNN(nint context, [MarshalAs(UnmanagedType.U1)] bool only);
}
