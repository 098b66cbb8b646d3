using static TorchSharp.torch;

namespace Course.Reparameterisation;

/// <summary>One estimate of the gradient for every sample: their mean is the estimator, their variance divided by their number its
/// variance.</summary>
/// <param name="OfMean">∂/∂μ, shape (N), or (N, d) in d dimensions.</param>
/// <param name="OfStandardDeviation">∂/∂σ, of the same shape.</param>
public sealed record GradientSamples(Tensor OfMean, Tensor OfStandardDeviation) : IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        OfMean.Dispose();
        OfStandardDeviation.Dispose();
    }
}
