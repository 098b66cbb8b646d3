using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Reparameterisation;

/// <summary>
/// Two unbiased ways to the gradient of an expectation, ∂/∂μ and ∂/∂σ of E[f(z)] with z ~ N(μ, σ²). The pathwise one moves the samples, z =
/// μ + σε, and asks f for its slope; the score-function one (REINFORCE, Williams 1992) leaves the samples where they are and asks how much
/// likelier each would become. Mohamed, Rosca, Figurnov &amp; Mnih 2020 compare them.
/// </summary>
/// <remarks>f takes (N) to (N) on the line, (N, d) to (N) in d dimensions. Results are per sample, on <see cref="Compute.Device"/>, owned
/// by the caller.</remarks>
public static class GradientEstimators
{
    /// <summary>f′(z)·∂z/∂μ = f′(z) and f′(z)·∂z/∂σ = f′(z)·ε, with f′ by automatic differentiation.</summary>
    /// <param name="f">Differentiable, acting on every sample alone.</param>
    /// <param name="mean">μ.</param>
    /// <param name="standardDeviation">σ &gt; 0.</param>
    /// <param name="samples">N, at least 1.</param>
    public static GradientSamples Pathwise(Func<Tensor, Tensor> f, double mean, double standardDeviation, long samples) =>
        OnTheLine(Pathwise, f, mean, standardDeviation, samples);

    /// <summary>The same in d dimensions: μ and σ of shape (d), one gradient for every coordinate.</summary>
    /// <inheritdoc cref="Pathwise(Func{Tensor, Tensor}, double, double, long)"/>
    public static GradientSamples Pathwise(Func<Tensor, Tensor> f, Tensor mean, Tensor standardDeviation, long samples) =>
        InSpace(Pathwise, f, mean, standardDeviation, samples);

    /// <summary>f(z)·∂ln p(z)/∂μ = f(z)·ε/σ and f(z)·∂ln p(z)/∂σ = f(z)·(ε² − 1)/σ. f is only evaluated: it may be anything, even a
    /// step.</summary>
    /// <param name="f">Any function, acting on every sample alone.</param>
    /// <param name="mean">μ.</param>
    /// <param name="standardDeviation">σ &gt; 0.</param>
    /// <param name="samples">N, at least 1.</param>
    public static GradientSamples ScoreFunction(Func<Tensor, Tensor> f, double mean, double standardDeviation, long samples) =>
        OnTheLine(ScoreFunction, f, mean, standardDeviation, samples);

    /// <summary>The same in d dimensions: μ and σ of shape (d), one gradient for every coordinate.</summary>
    /// <inheritdoc cref="ScoreFunction(Func{Tensor, Tensor}, double, double, long)"/>
    public static GradientSamples ScoreFunction(Func<Tensor, Tensor> f, Tensor mean, Tensor standardDeviation, long samples) =>
        InSpace(ScoreFunction, f, mean, standardDeviation, samples);

    delegate GradientSamples Estimator(Func<Tensor, Tensor> f, Tensor μ, Tensor σ, long[] shape);

    static GradientSamples OnTheLine(Estimator estimate, Func<Tensor, Tensor> f, double mean, double standardDeviation, long samples)
    {
        Require(standardDeviation, samples);
        using Tensor μ = tensor((float)mean, device: Compute.Device), σ = tensor((float)standardDeviation, device: Compute.Device);
        return estimate(f, μ, σ, [samples]);
    }

    static GradientSamples InSpace(Estimator estimate, Func<Tensor, Tensor> f, Tensor mean, Tensor standardDeviation, long samples)
    {
        Require(mean, standardDeviation, samples);
        return estimate(f, mean, standardDeviation, [samples, mean.shape[0]]);
    }

    static GradientSamples Pathwise(Func<Tensor, Tensor> f, Tensor μ, Tensor σ, long[] shape)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        Tensor ε = randn(shape, device: Compute.Device), z = (μ + σ * ε).detach().requires_grad_();
        Tensor slope = ValuesAndSlopes(f, z).Slopes;
        return new(slope.MoveToOuterDisposeScope(), (slope * ε).MoveToOuterDisposeScope());
    }

    static GradientSamples ScoreFunction(Func<Tensor, Tensor> f, Tensor μ, Tensor σ, long[] shape)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        Tensor ε = randn(shape, device: Compute.Device);
        Tensor value = Values(f, μ + σ * ε).view([-1, .. shape[1..].Select(_ => 1L)]);      // (N) or (N, 1)
        return new((value * ε / σ).MoveToOuterDisposeScope(), (value * (ε.square() - 1) / σ).MoveToOuterDisposeScope());
    }

    // f(z) and f′(z) of every sample: f treats samples alone, so the gradient of the sum holds each one's slope.
    internal static (Tensor Values, Tensor Slopes) ValuesAndSlopes(Func<Tensor, Tensor> f, Tensor z)
    {
        Tensor value = Values(f, z);
        return value.requires_grad ? (value, autograd.grad([value.sum()], [z])[0])
            : throw new ArgumentException("f's result does not hang on z through differentiable operations: its slope is needed here "
                + "(ScoreFunction does without).", nameof(f));
    }

    static Tensor Values(Func<Tensor, Tensor> f, Tensor z)
    {
        Tensor value = f(z);
        return value.dim() == 1 && value.shape[0] == z.shape[0] ? value
            : throw new ArgumentException($"f returned shape {TensorShape.Format(value.shape)}, expected one number for each of the "
                + $"{z.shape[0]} samples: in d dimensions sum over dimension 1.", nameof(f));
    }

    static void Require(double standardDeviation, long samples)
    {
        if (!(standardDeviation > 0))
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), $"σ is {standardDeviation}, expected above 0.");
        if (samples < 1) throw new ArgumentOutOfRangeException(nameof(samples), $"samples is {samples}, expected at least 1.");
    }

    static void Require(Tensor mean, Tensor standardDeviation, long samples)
    {
        if (mean.dim() != 1 || !mean.shape.SequenceEqual(standardDeviation.shape))
            throw new ArgumentException($"μ has shape {TensorShape.Format(mean.shape)} and σ "
                + $"{TensorShape.Format(standardDeviation.shape)}, expected (d) for both.", nameof(mean));
        Require(1, samples);
    }
}
