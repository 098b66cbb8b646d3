using Diffusion.Devices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>How a layer's parameters come into being: as in PyTorch uniform in ±1/√(fan in), or left blank where a file fills them at
/// once.</summary>
public static class Initialization
{
    [ThreadStatic] static bool areLeftBlank;

    /// <summary>A float32 parameter on <see cref="Compute.Device"/>, uniform in ±bound.</summary>
    internal static Parameter Uniform(double bound, params long[] shape) => New(shape, values => values.uniform_(-bound, bound));

    /// <summary>A float32 parameter on <see cref="Compute.Device"/>, standard normal.</summary>
    internal static Parameter Normal(params long[] shape) => New(shape, values => values.normal_());

    /// <summary>A float32 parameter on <see cref="Compute.Device"/> with one value everywhere.</summary>
    internal static Parameter Constant(double value, params long[] shape) => New(shape, values => values.fill_(value));

    /// <summary>Builds a network whose weights a file will fill: no random number is drawn, and memory is first touched when it is
    /// filled.</summary>
    /// <param name="build">Builds it.</param>
    public static T LeftBlank<T>(Func<T> build)
    {
        areLeftBlank = true;
        try { return build(); }
        finally { areLeftBlank = false; }
    }

    static Parameter New(long[] shape, Func<Tensor, Tensor> fill)
    {
        using var scope = NewDisposeScope();
        Tensor values = empty(shape, dtype: ScalarType.Float32, device: Compute.Device);
        if (!areLeftBlank) fill(values);
        var parameter = new Parameter(values);
        parameter.DetachFromDisposeScope();     // a network outlives the scope of the cell or step that builds it
        return parameter;
    }
}
