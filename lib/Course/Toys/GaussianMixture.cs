using Diffusion.Devices;
using Diffusion.Objective;
using static TorchSharp.torch;

namespace Course.Toys;

/// <summary>
/// A one-dimensional mixture of Gaussians: data whose every noisy version q(x_t) is known exactly, and with it the best possible denoiser.
/// </summary>
/// <remarks>
/// Diffused to ᾱ (Ho et al. 2020, eq. 4) it is again a mixture: q(x_t) = Σ w_k N(√ᾱ m_k, ᾱ s_k² + 1 − ᾱ). ᾱ = 1 is the clean data.
/// Methods on doubles compute in float64; those on tensors in the type of the tensor, element by element, on its device.
/// </remarks>
public sealed class GaussianMixture
{
    readonly double[] weights, means, deviations;

    /// <summary>A mixture with these components.</summary>
    /// <param name="weights">w_k &gt; 0; scaled so that they sum to 1.</param>
    /// <param name="means">m_k, as many.</param>
    /// <param name="standardDeviations">s_k &gt; 0, as many.</param>
    public GaussianMixture(IReadOnlyList<double> weights, IReadOnlyList<double> means, IReadOnlyList<double> standardDeviations)
    {
        if (weights.Count == 0 || weights.Count != means.Count || weights.Count != standardDeviations.Count)
            throw new ArgumentException($"A mixture has as many weights as means and standard deviations, found {weights.Count}, "
                + $"{means.Count} and {standardDeviations.Count}.");
        if (weights.Concat(standardDeviations).Any(value => !(value > 0 && double.IsFinite(value))) || !means.All(double.IsFinite))
            throw new ArgumentException("Weights and standard deviations must be positive and all numbers finite: correct the "
                + "components of the mixture.");
        double sum = weights.Sum();
        this.weights = [.. weights.Select(weight => weight / sum)];
        this.means = [.. means];
        deviations = [.. standardDeviations];
    }

    /// <summary>Four unequal humps between −2 and 2, the mixture of the chapters: mean 0, variance 1.58.</summary>
    public static GaussianMixture FourModes { get; } = new([0.3, 0.2, 0.15, 0.35], [-1.6, -0.5, 0.6, 1.4], [0.15, 0.15, 0.15, 0.15]);

    /// <summary>E[x_t]: √ᾱ times the mean of the data.</summary>
    public double Mean(double alphaBar = 1) => Components(alphaBar).Sum(c => c.Weight * c.Mean);

    /// <summary>Var[x_t]: ᾱ times the variance of the data, plus 1 − ᾱ.</summary>
    public double Variance(double alphaBar = 1)
    {
        double mean = Mean(alphaBar);
        return Components(alphaBar).Sum(c => c.Weight * (c.Variance + (c.Mean - mean) * (c.Mean - mean)));
    }

    /// <summary>q(x_t), in units of 1/x.</summary>
    public double Density(double x, double alphaBar = 1) => Math.Exp(LogDensity(x, alphaBar));

    /// <summary>log q(x_t), finite however far out x lies.</summary>
    public double LogDensity(double x, double alphaBar = 1)
    {
        double[] terms =
            [.. Components(alphaBar).Select(c => Math.Log(c.Weight) + Gaussian.WithMeanVariance(c.Mean, c.Variance).LogDensity(x))];
        double largest = terms.Max();
        return largest + Math.Log(terms.Sum(term => Math.Exp(term - largest)));
    }

    /// <summary>The probability of a value up to <paramref name="x"/>.</summary>
    public double Cdf(double x, double alphaBar = 1) =>
        Components(alphaBar).Sum(c => c.Weight * Gaussian.WithMeanVariance(c.Mean, c.Variance).Cdf(x));

    /// <summary>The score ∂ₓ log q(x_t): which way, and how steeply, the noisy data become more likely.</summary>
    public double Score(double x, double alphaBar = 1)
    {
        double log = LogDensity(x, alphaBar);
        return Components(alphaBar).Sum(c =>
            Math.Exp(Math.Log(c.Weight) + Gaussian.WithMeanVariance(c.Mean, c.Variance).LogDensity(x) - log) * (c.Mean - x) / c.Variance);
    }

    /// <summary>E[ε | x_t] = −√(1 − ᾱ) · score: no denoiser has a smaller mean squared error than this one.</summary>
    public double OptimalNoise(double x, double alphaBar) => -Math.Sqrt(1 - alphaBar) * Score(x, alphaBar);

    /// <summary>
    /// The mean squared error of the best denoiser, E(ε − E[ε | x_t])² = 1 − (1 − ᾱ)·E[score²], by quadrature: the floor that no network's
    /// loss falls below. From 0 to 1; 1 where x_t is clean (then nothing can be said of ε), 0 where it is all noise.
    /// </summary>
    public double LeastNoiseError(double alphaBar)
    {
        (double Weight, double Mean, double Variance)[] components = [.. Components(alphaBar)];
        double widest = 10 * Math.Sqrt(components.Max(c => c.Variance)), step = Math.Sqrt(components.Min(c => c.Variance)) / 8, sum = 0;
        for (double x = components.Min(c => c.Mean) - widest; x <= components.Max(c => c.Mean) + widest; x += step)
        {
            double score = Score(x, alphaBar);
            sum += step * Density(x, alphaBar) * score * score;
        }
        return 1 - (1 - alphaBar) * sum;
    }

    /// <summary><see cref="Score(double, double)"/> of every element; same shape.</summary>
    public Tensor Score(Tensor x, double alphaBar = 1)
    {
        using var scope = NewDisposeScope();
        (double Weight, double Mean, double Variance)[] components = [.. Components(alphaBar)];
        Tensor mean = Row(components.Select(c => c.Mean)), variance = Row(components.Select(c => c.Variance)); // (K)
        Tensor logWeight = Row(components.Select(c => Math.Log(c.Weight) - 0.5 * Math.Log(c.Variance)));
        Tensor offset = mean - x.unsqueeze(-1);                                                             // (…, K)
        Tensor responsibility = softmax(logWeight - offset * offset / (2 * variance), -1);                   // (…, K)
        return (responsibility * offset / variance).sum(-1).MoveToOuterDisposeScope();

        Tensor Row(IEnumerable<double> values) => tensor(values.ToArray(), dtype: x.dtype, device: x.device);
    }

    /// <summary><see cref="OptimalNoise(double, double)"/> of every element; same shape.</summary>
    public Tensor OptimalNoise(Tensor x, double alphaBar)
    {
        using var scope = NewDisposeScope();
        return (Score(x, alphaBar) * -Math.Sqrt(1 - alphaBar)).MoveToOuterDisposeScope();
    }

    /// <summary>Independent draws of clean data, float32 (n).</summary>
    /// <param name="n">How many, at least 1.</param>
    public Tensor Sample(long n)
    {
        if (n < 1) throw new ArgumentOutOfRangeException(nameof(n), $"n is {n}, expected at least one sample.");
        using var scope = NewDisposeScope();
        Tensor component = multinomial(weights.ToTensor(), n, replacement: true);
        Tensor mean = means.ToTensor().index_select(0, component), deviation = deviations.ToTensor().index_select(0, component);
        return (mean + deviation * randn(n, device: Compute.Device)).MoveToOuterDisposeScope();
    }

    IEnumerable<(double Weight, double Mean, double Variance)> Components(double alphaBar)
    {
        if (!(alphaBar is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(alphaBar), $"ᾱ is {alphaBar}, expected a fraction between 0 and 1.");
        for (int k = 0; k < weights.Length; k++)
            yield return (weights[k], Math.Sqrt(alphaBar) * means[k], alphaBar * deviations[k] * deviations[k] + 1 - alphaBar);
    }
}
