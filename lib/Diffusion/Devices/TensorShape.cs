namespace Diffusion.Devices;

/// <summary>How a shape reads in a sentence.</summary>
public static class TensorShape
{
    /// <summary><c>(64, 1, 28, 28)</c>, as PyTorch writes it.</summary>
    public static string Format(IEnumerable<long> shape) => $"({string.Join(", ", shape)})";
}
