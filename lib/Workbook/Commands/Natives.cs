using System.Runtime.CompilerServices;
using Diffusion.Devices;
using TorchSharp;

namespace Workbook.Commands;

/// <summary>libtorch is half a gigabyte, and reading it leaves a core free: a chapter's first cell is compiled meanwhile.</summary>
static class Natives
{
    static int begun;

    /// <summary>Loads them in the background, once, when a cell is about to run that refers to the library.</summary>
    internal static void LoadFor(string cell)
    {
        if (!cell.Contains("Diffusion.dll", StringComparison.Ordinal) || Interlocked.Exchange(ref begun, 1) == 1) return;
        Task.Run(() =>
        {
            RuntimeHelpers.RunModuleConstructor(typeof(Compute).Module.ModuleHandle); // the allocator is set before the first tensor
            torch.zeros(0, device: torch.CPU).Dispose(); // which device it will be is for the cell to say
        }); // what goes wrong goes wrong again in the cell, which says so
    }
}
