using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Models.Recordings;

/// <summary>The largest of many differences, and where it was.</summary>
sealed class WorstDifference
{
    string name = "";
    double most = double.NegativeInfinity;

    internal void Add(string name, Tensor wanted, Tensor found) => Add(name, Between(name, wanted, found));

    /// <summary>The largest difference of two tensors, which must be of one shape.</summary>
    internal static double Between(string name, Tensor wanted, Tensor found)
    {
        if (!wanted.shape.SequenceEqual(found.shape))
            throw new InvalidDataException($"'{name}' was recorded as {TensorShape.Format(wanted.shape)}, but here it is "
                + $"{TensorShape.Format(found.shape)}.");
        using var scope = NewDisposeScope();
        return (found.to(ScalarType.Float64) - wanted.to(found.device).to(ScalarType.Float64)).abs().max().item<double>();
    }

    /// <summary>The same of values that may be large, as those of x̂₀ are near t = T without clipping, in units of the largest: that is
    /// what float32 rounds.</summary>
    internal void AddRelative(string name, Tensor wanted, Tensor found)
    {
        using var scope = NewDisposeScope();
        double size = Math.Max(1, wanted.abs().max().to(ScalarType.Float64).item<double>());
        Add(name, wanted / size, found / size);
    }

    internal void Add(string name, double difference)
    {
        if (double.IsNaN(difference)) difference = double.PositiveInfinity;
        if (difference > most) (this.name, most) = (name, difference);
    }

    internal ParityResult Result(string kind, double tolerance) => most < 0
        ? throw new InvalidDataException($"There is nothing recorded to compare {kind} with.")
        : new(kind, name, most, tolerance);
}
