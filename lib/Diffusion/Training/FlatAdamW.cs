using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>
/// Adam (Kingma &amp; Ba 2015) with decoupled weight decay (Loshchilov &amp; Hutter 2019) on one vector, numbers as in PyTorch's AdamW:
/// <code>
/// g ← g·min(1, c/(‖g‖ + 1e-6))           clipped to length c; the length stays on the device
/// m ← β₁m + (1−β₁)g       v ← β₂v + (1−β₂)g²
/// θ ← (1 − ηλ)θ − η·(m/(1−β₁ᵏ)) / (√(v/(1−β₂ᵏ)) + 1e-8)
/// </code>
/// </summary>
/// <param name="parameters">θ, changed in place.</param>
/// <param name="β2">How much of the running mean of g² a step keeps.</param>
sealed class FlatAdamW(Tensor parameters, double β2) : IDisposable
{
    const double β1 = 0.9, Small = 1e-8;

    /// <summary>The running mean of the gradient.</summary>
    internal Tensor M { get; } = zeros_like(parameters).DetachFromDisposeScope();

    /// <summary>The running mean of its square.</summary>
    internal Tensor V { get; } = zeros_like(parameters).DetachFromDisposeScope();

    /// <summary>Step k = 1, 2, …; the gradient is scaled in place.</summary>
    internal void Step(Tensor gradient, long k, double learningRate, double weightDecay, double clip)
    {
        using var scope = NewDisposeScope();
        gradient.mul_((clip / (gradient.norm() + 1e-6)).clamp_max(1));
        M.mul_(β1).add_(gradient, alpha: 1 - β1);
        V.mul_(β2).addcmul_(gradient, gradient, 1 - β2);
        parameters.mul_(1 - learningRate * weightDecay);
        parameters.addcdiv_(M, V.sqrt().div_(Math.Sqrt(1 - Math.Pow(β2, k))).add_(Small), -learningRate / (1 - Math.Pow(β1, k)));
    }

    public void Dispose()
    {
        M.Dispose();
        V.Dispose();
    }
}
