using TorchSharp;

namespace Shared.Tensors;

/// <summary>How many tensors live, for tests of what is left behind.</summary>
static class LiveTensors
{
    /// <summary>The count once all garbage is gone: what earlier tests forgot would else be finalised between two counts, and the later one come out smaller.</summary>
    internal static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return torch.Tensor.TotalCount;
    }
}
