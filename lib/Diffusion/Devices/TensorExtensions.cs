using static TorchSharp.torch;

namespace Diffusion.Devices;

/// <summary>Between tensors and plain C# numbers, for figures and checks.</summary>
public static class TensorExtensions
{
    /// <summary>All values of a tensor as doubles, in row-major order. Copies to the host; the tensor is left as it is.</summary>
    public static double[] ToDoubles(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>A float32 vector (N) on <see cref="Compute.Device"/> with these values.</summary>
    public static Tensor ToTensor(this IEnumerable<double> values) =>
        tensor(values.Select(value => (float)value).ToArray(), device: Compute.Device);

    /// <summary>One value for each item, (B), as a view (B, 1, …, 1) that multiplies items of so many dimensions.</summary>
    public static Tensor PerItem(this Tensor values, long dims) => values.view([-1, .. Enumerable.Repeat(1L, (int)Math.Max(dims, 1) - 1)]);

    /// <summary>The tensor in a type: itself where it has it already, which <c>to</c> would give a second handle.</summary>
    public static Tensor InType(this Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to(type);
}
