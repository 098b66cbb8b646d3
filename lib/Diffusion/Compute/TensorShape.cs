namespace Diffusion;

/// <summary>How a shape reads in a sentence.</summary>
static class TensorShape
{
    /// <summary><c>(64, 1, 28, 28)</c>, as PyTorch writes it.</summary>
    internal static string Format(IEnumerable<long> shape) => $"({string.Join(", ", shape)})";
}
