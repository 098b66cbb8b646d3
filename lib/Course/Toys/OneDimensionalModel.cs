using Diffusion.Devices;
using Diffusion.Objective;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Toys;

/// <summary>
/// A diffusion model on the line, with nothing about it unknown: p_θ(x_T) = N(0, 1), p_θ(x_{t−1} | x_t) = N(μ_θ(x_t, t), σ_t²) and the
/// decoder N(x₀; μ_θ(x₁, 1), β₁) make every p_θ(x_t) an integral over a line, which a fine grid carries from T down to 0. So ln p_θ(x₀),
/// out of reach for pictures, is exact here and can be held against its bound.
/// </summary>
/// <remarks>
/// The trapezoidal rule on a bell of deviation σ with step h is wrong by exp(−2π²σ²/h²), which is nothing at h = σ/3; a mean that changes
/// steeply, as between two humps of data, makes the bell narrower in x_t, hence σ/5. A second model on a finer grid shows what is left:
/// 10⁻⁸ nats for four humps. Everything is float64 on the CPU;
/// the densities are computed once, when they are first asked for.
/// </remarks>
public sealed class OneDimensionalModel
{
    /// <summary>The grid reaches from minus this to this, ten standard deviations of N(0, 1).</summary>
    public const double Reach = 10;

    const int LargestGrid = 20_000;
    const double NoiseStep = 1.0 / 8, NoiseReach = 8.5;

    readonly Func<Tensor, int, Tensor> predictNoise;
    readonly Lazy<Tensor[]> densities;
    readonly Tensor grid;

    /// <summary>The model of a network.</summary>
    /// <param name="bound">The schedule and the variances of the reverse steps.</param>
    /// <param name="predictNoise">ε_θ(x_t, t): takes float64 (N) on the CPU and t from 1 to T, returns the same shape.</param>
    /// <param name="pointsPerDeviation">Grid points in the narrowest σ_t, at least 3.</param>
    /// <exception cref="ArgumentException">The steps are so short that the grid would take too long.</exception>
    public OneDimensionalModel(VariationalBound bound, Func<Tensor, int, Tensor> predictNoise, double pointsPerDeviation = 5)
    {
        if (!(pointsPerDeviation >= 3))
            throw new ArgumentOutOfRangeException(nameof(pointsPerDeviation), $"pointsPerDeviation is {pointsPerDeviation}, expected at "
                + "least 3: a coarser grid steps over a bell.");
        double narrowest = Sqrt(Enumerable.Range(1, bound.Schedule.T).Min(bound.Variance)),
            points = Ceiling(2 * Reach * pointsPerDeviation / narrowest) + 1;
        if (points > LargestGrid)
            throw new ArgumentException($"The narrowest step has σ = {narrowest:G3}, so the grid would need {points:N0} points, expected "
                + $"at most {LargestGrid:N0} to be done within minutes: take a schedule with fewer steps.", nameof(bound));
        (Bound, this.predictNoise) = (bound, predictNoise);
        grid = linspace(-Reach, Reach, (long)points, dtype: ScalarType.Float64, device: CPU).DetachFromDisposeScope();
        densities = new(Propagate);
    }

    /// <summary>The schedule and the variances of the reverse steps.</summary>
    public VariationalBound Bound { get; }

    /// <summary>The grid (G), float64, evenly from −<see cref="Reach"/> to <see cref="Reach"/>. It belongs to the model.</summary>
    public Tensor Grid => grid;

    /// <summary>μ_θ(x_t, t) of every element, eq. (11).</summary>
    /// <param name="xt">x_t (N), float64 on the CPU.</param>
    /// <param name="t">1 to T.</param>
    /// <returns>(N), owned by the caller.</returns>
    public Tensor Mean(Tensor xt, int t)
    {
        using var scope = NewDisposeScope();
        return new Prediction(Bound.Schedule, xt, t, predictNoise(xt, t)).As(Parameterization.PosteriorMean).MoveToOuterDisposeScope();
    }

    /// <summary>p_θ(x_t) on the grid (G). It belongs to the model.</summary>
    /// <param name="t">1 to T.</param>
    /// <exception cref="InvalidOperationException">The model carries mass out of the grid.</exception>
    public Tensor Density(int t)
    {
        Bound.Schedule.RequireTime(t, 1);
        return densities.Value[t];
    }

    /// <summary>ln p_θ(x₀) = ln ∫ N(x₀; μ_θ(x₁, 1), β₁)·p_θ(x₁) dx₁ of every element, in nats.</summary>
    /// <param name="x0">x₀ (N), well within the grid.</param>
    /// <returns>(N) float64, owned by the caller.</returns>
    public Tensor LogDensity(Tensor x0)
    {
        using var scope = NewDisposeScope();
        Tensor offset = x0.cpu().to(ScalarType.Float64).unsqueeze(1) - Mean(grid, 1);                                   // (N, G)
        Tensor decoder = -0.5 * (offset.square() / Bound.DecoderVariance + Log(2 * PI * Bound.DecoderVariance));
        return (decoder + (Density(1) * Spacing).log()).logsumexp(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The terms of the bound, averaged over x_t ~ q(x_t | x₀) exactly: column 0 is L_0, column t−1 is L_{t−1}, column T is L_T, so that a
    /// row's sum is −ELBO(x₀) in nats.
    /// </summary>
    /// <param name="x0">x₀ (N).</param>
    /// <returns>(N, T+1) float64, owned by the caller.</returns>
    public Tensor Terms(Tensor x0)
    {
        NoiseSchedule schedule = Bound.Schedule;
        using var scope = NewDisposeScope();
        Tensor x = x0.cpu().to(ScalarType.Float64).unsqueeze(1);                                                        // (N, 1)
        Tensor ε = arange(-NoiseReach, NoiseReach + NoiseStep / 2, NoiseStep, dtype: ScalarType.Float64, device: CPU);   // (E)
        Tensor weight = (ε.square() * -0.5).exp() * (NoiseStep / Sqrt(2 * PI));                                         // (E)
        Tensor error(int t)                                                                                             // E‖ε − ε_θ‖² (N)
        {
            Tensor xt = schedule.SqrtAlphaBar[t] * x + schedule.SqrtOneMinusAlphaBar[t] * ε;                            // (N, E)
            return ((ε - predictNoise(xt.flatten(), t).view(xt.shape)).square() * weight).sum(1);
        }
        var terms = new List<Tensor> { 0.5 * Log(2 * PI * Bound.DecoderVariance) + error(1) / (2 * schedule.Alpha[1]) };
        for (int t = 2; t <= schedule.T; t++)
        {
            Interruption.ThrowIfAsked();
            using var step = NewDisposeScope();
            terms.Add((Bound.Constant(t) + Bound.Weight(t) * error(t)).MoveToOuterDisposeScope());                      // eq. (12)
        }
        terms.Add(Bound.Prior(x));
        return stack(terms, 1).MoveToOuterDisposeScope();
    }

    double Spacing => 2 * Reach / (grid.numel() - 1);

    Tensor[] Propagate()
    {
        var density = new Tensor[Bound.Schedule.T + 1];
        double[] x = grid.ToDoubles(), now = [.. x.Select(Gaussian.Standard.Density)];                                  // p(x_T) = N(0, 1)
        for (int t = Bound.Schedule.T; ; t--)
        {
            Interruption.ThrowIfAsked();
            density[t] = tensor(now, dtype: ScalarType.Float64, device: CPU).DetachFromDisposeScope();
            if (t == 1) return density;
            using Tensor mean = Mean(grid, t);
            now = Back(now, mean.ToDoubles(), Bound.Variance(t));
            double mass = now.Sum() * Spacing;
            if (!(Abs(mass - 1) < 1e-6))
                throw new InvalidOperationException($"p_θ(x_{t - 1}) has a mass of {mass:G10} between ±{Reach}, expected 1: the model "
                    + "carries density out of the grid or its mean changes too steeply for it.");
        }
    }

    // Every point of x_t spreads its mass as a bell around its mean; nine deviations on either side are all of it in float64.
    double[] Back(double[] now, double[] mean, double variance)
    {
        var before = new double[now.Length];
        double h = Spacing, reach = 9 * Sqrt(variance) / h;
        for (int j = 0; j < now.Length; j++)
        {
            // centre in grid points
            double centre = (mean[j] + Reach) / h, mass = now[j] * h / Sqrt(2 * PI * variance);
            if (!double.IsFinite(centre))
                throw new InvalidOperationException($"The model's mean at x = {-Reach + j * h:G4} is {mean[j]}, expected a finite number.");
            int last = (int)Min(now.Length - 1, Floor(centre + reach));
            for (int i = (int)Max(0, Ceiling(centre - reach)); i <= last; i++) before[i] += mass * Exp(
                -0.5 * h * h / variance * (i - centre) * (i - centre));
        }
        return before;
    }
}
