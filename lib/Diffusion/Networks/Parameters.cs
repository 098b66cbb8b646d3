using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>How a layer's parameters come into being: as in PyTorch uniform in ±1/√(fan in), or left blank where a file fills them at once.</summary>
static class Parameters
{
    [ThreadStatic] static bool areLeftBlank;

    /// <summary>A float32 parameter on <see cref="Compute.Device"/>, uniform in ±bound.</summary>
    internal static Parameter Uniform(double bound, params long[] shape) => Own(areLeftBlank ? Blank(shape) : Blank(shape).uniform_(-bound, bound));

    /// <summary>A float32 parameter on <see cref="Compute.Device"/> with one value everywhere.</summary>
    internal static Parameter Constant(double value, params long[] shape) => Own(Blank(shape).fill_(value));

    /// <summary>Builds a network whose weights a file will fill: no random number is drawn, and memory is first touched when it is filled.</summary>
    internal static T LeftBlank<T>(Func<T> build)
    {
        areLeftBlank = true;
        try { return build(); }
        finally { areLeftBlank = false; }
    }

    static Tensor Blank(long[] shape) => empty(shape, dtype: ScalarType.Float32, device: Compute.Device);

    // A network outlives the dispose scope of the cell or step that builds it.
    static Parameter Own(Tensor values)
    {
        var parameter = new Parameter(values);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
