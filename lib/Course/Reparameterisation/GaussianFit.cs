using Course.Evaluation;
using Diffusion.Devices;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Reparameterisation;

/// <summary>
/// A normal law moved onto a target by stochastic gradients of the reverse divergence KL(q ‖ p) = E_q[ln q − ln p], which asks of p only
/// its logarithm, even without its normalising constant. The samples are z = μ + σε, so the gradient flows through them to μ and σ.
/// </summary>
/// <param name="Means">μ before every step and after the last.</param>
/// <param name="StandardDeviations">σ, likewise.</param>
/// <param name="Divergences">The estimate of KL(q ‖ p) that each step saw, in nats; shifted by a constant when the target is not
/// normalised.</param>
public sealed record GaussianFit(IReadOnlyList<double> Means, IReadOnlyList<double> StandardDeviations, IReadOnlyList<double> Divergences)
{
    /// <summary>
    /// μ averaged over the last half of the steps (Polyak &amp; Juditsky 1992), with a standard error from 20 stretches of it. For a normal
    /// target of standard deviation s it is close to s/√(samples·steps/2): what that many draws of the target itself would give.
    /// </summary>
    public Estimate Mean => LastHalf(Means);

    /// <summary>σ, likewise; for a normal target the standard error is close to s/√(samples·steps).</summary>
    public Estimate StandardDeviation => LastHalf(StandardDeviations);

    /// <summary>Runs the fit.</summary>
    /// <param name="logDensity">ln p up to a constant, from (N) to (N), differentiable.</param>
    /// <param name="mean">μ to start from.</param>
    /// <param name="standardDeviation">σ to start from, above 0.</param>
    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="samples">Draws of z for each step, at least 1.</param>
    /// <param name="learningRate">η in (0, 1), the share of the way that a step goes when σ is the target's; else the mean goes η·σ²/s² of
    /// it.</param>
    public static GaussianFit To(Func<Tensor, Tensor> logDensity, double mean = 0, double standardDeviation = 1, int steps = 500,
        long samples = 64, double learningRate = 0.05)
    {
        if (!(standardDeviation > 0 && double.IsFinite(standardDeviation)))
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), $"σ is {standardDeviation}, expected "
                + "a finite number above 0.");
        if (steps < 1 || samples < 1)
            throw new ArgumentOutOfRangeException(nameof(steps), $"{steps} steps of {samples} samples, expected at least 1 of each.");
        if (learningRate is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(learningRate), $"The learning rate is {learningRate}, expected "
                + "strictly between 0 and 1.");

        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        // ln σ, so that σ stays positive
        Tensor μ = tensor((float)mean, device: Compute.Device), lnσ = tensor((float)Log(standardDeviation), device: Compute.Device);
        Tensor means = empty(steps + 1, device: Compute.Device), logs = empty(steps + 1, device: Compute.Device),
            divergences = empty(steps, device: Compute.Device);
        means[0] = μ;
        logs[0] = lnσ;
        for (int i = 0; i < steps; i++)
        {
            using var step = NewDisposeScope();
            Tensor σ = lnσ.exp(), ε = randn(samples, device: Compute.Device), z = (μ + σ * ε).requires_grad_();
            (Tensor logarithms, Tensor slope) = GradientEstimators.ValuesAndSlopes(logDensity, z);
            // ∂/∂μ and ∂/∂σ of KL = −E[ln p(μ + σε)] − ln σ − ½·ln 2πe
            Tensor towardsμ = -slope.mean(), towardsσ = -(slope * ε).mean() - 1 / σ;
            divergences[i] = -logarithms.mean() - lnσ - 0.5 * Log(2 * PI * E);

            // Natural gradients, ∂KL/∂μ·σ² and ∂KL/∂ln σ·½, make η mean the same for narrow and wide targets; and no step goes further than
            // the fit's own width.
            μ.sub_(σ * (learningRate * σ * towardsμ).clamp(-1, 1));
            lnσ.sub_((learningRate * σ * towardsσ / 2).clamp(-0.5, 0.5));
            means[i + 1] = μ;
            logs[i + 1] = lnσ;
        }
        double[] path = means.ToDoubles(), widths = [.. logs.ToDoubles().Select(Exp)], seen = divergences.ToDoubles();
        for (int i = 1; i <= steps; i++)
            if (!double.IsFinite(path[i] + widths[i] + seen[i - 1]))
                throw new InvalidOperationException($"The fit lost its way at step {i}: ln p or its slope is not a finite number where "
                    + "the samples fell. Start nearer to the target.");
        return new(path, widths, seen);
    }

    static Estimate LastHalf(IReadOnlyList<double> path)
    {
        double[] tail = [.. path.Skip(path.Count / 2)];
        int stretches = Min(20, tail.Length);
        return Statistics.Mean(Enumerable.Range(0, stretches)
            .Select(k => tail[(tail.Length * k / stretches)..(tail.Length * (k + 1) / stretches)].Average()));
    }
}
