using System.Runtime.CompilerServices;
using Diffusion.Devices;

namespace Shared.Tensors;

/// <summary>A test's own tensors lie where the library's do, from the first on: choosing the device makes it PyTorch's default as well.</summary>
static class OnTheDevice
{
    [ModuleInitializer]
    internal static void Choose() => _ = Compute.Device;
}
