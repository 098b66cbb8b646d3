using Diffusion.Devices;
using Figures.Drawing;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 02.</summary>
public static class Chapter02
{
    const double β = 0.035;
    static readonly (double, double)[] laws = [(1, 0.5), (-2, 0.3), (0.4, 2)];       // (μ, σ)

    /// <summary>∂E[z³]/∂σ.</summary>
    public static FunctionExercise<Func<double, double, double>> Cube { get; } = FunctionExercise.Of("2.1 by hand",
        "Expand (μ + σε)³; of the powers of ε only ε² has an average that is not 0 (and ε⁰).", (μ, σ) => 6 * μ * σ, 1e-6, laws,
        ((μ, σ) => 3 * μ * μ + 3 * σ * σ, "that is the derivative by μ"),
            ((μ, σ) => 3 * μ * σ * σ, "that is the term with σ in it, not yet differentiated"),
        ((μ, σ) => 6 * σ, "the term with ε² is 3μσ²ε²: the factor μ stays"),
        ((μ, σ) => 2 * μ * σ, "of (μ + σε)³ the term with ε² comes three times"), ((μ, σ) => 3 * σ * σ, "E[ε³] is 0, and E[ε²] is not"),
            ((μ, σ) => 0, "E[ε²] is 1"));

    /// <summary>The best baseline of the score-function estimator of ∂E[z²]/∂σ.</summary>
    public static FunctionExercise<Func<double, double, double>> Baseline { get; } = FunctionExercise.Of("2.2 a baseline",
        "The mean does not depend on b, so minimise E[(z² − b)²·(ε² − 1)²]: differentiate by b. It "
            + "gives b = E[z²(ε² − 1)²]/E[(ε² − 1)²].", (μ, σ) => μ * μ + 5 * σ * σ, 1e-6, laws,
        ((μ, σ) => μ * μ + 3 * σ * σ, "that is the best one for θ = μ; for θ = σ another factor stands beside f"),
        ((μ, σ) => μ * μ + σ * σ, "that is E[f], the usual choice and a good one; but draws far out weigh more"),
        ((μ, σ) => 2 * μ * μ + 10 * σ * σ, "that is E[z²(ε² − 1)²]; divide it by E[(ε² − 1)²], which is not 1"),
        ((μ, σ) => μ * μ, "that is f at the centre; there is a term in σ² as well"), ((μ, σ) => 0, "that is no baseline"));

    /// <summary>An exponential law from a uniform one.</summary>
    public static FunctionExercise<Func<double, double>> AnotherLaw { get; } = FunctionExercise.Of("2.3 another law",
        "Set u = 1 − exp(−z/λ), the distribution function, and solve for z.", u => -2 * Log(1 - u), 1e-9, [0.1, 0.5, 0.9],
        (u => -2 * Log(u), "it has the right law, 1 − u being as uniform as u; but it falls, and the exercise asks for one that rises"),
        (u => -Log(1 - u), "its mean is 1, expected λ = 2"), (u => -0.5 * Log(1 - u), "its mean is 1/λ, expected λ"),
        (u => 2 * Log(1 - u), "it is below 0, and an exponential z is above"));

    /// <summary>A draw whose graph knows ln σ.</summary>
    public static TriedExercise<Func<Tensor, Tensor, Tensor, Tensor>> Draw { get; } = new("2.4 find the bug",
        "item() makes a plain number of a tensor. What does the graph know of a plain number?", FaultOfDraw);

    /// <summary>One draw for all steps.</summary>
    public static NumberExercise OneDraw { get; } = new("2.5 find the other bug",
        "All terms are multiples of one ε, so the factors add, not their squares: a geometric series in √(1 − β).", Reused, 0.05,
        (Sqrt(1 - Pow(1 - β, 100)), "that is with new noise at every step: here the variances do not add, the factors do"),
        (100 * Sqrt(β), "each ε but the last is shrunk by √(1 − β) at every later step"),
            (Sqrt(β) / (1 - Sqrt(1 - β)), "that is the limit of infinitely many steps"),
        (Reused * Reused, "that is the variance"));

    static double Reused => Sqrt(β) * (1 - Pow(1 - β, 50)) / (1 - Sqrt(1 - β));

    static string? FaultOfDraw(Func<Tensor, Tensor, Tensor, Tensor> draw) =>
        FaultOfDraw(draw, 0.5, 0.7, -1.5) ?? FaultOfDraw(draw, -2, -0.4, 0.8);

    static string? FaultOfDraw(Func<Tensor, Tensor, Tensor, Tensor> draw, double mean, double logDeviation, double noise)
    {
        using var scope = NewDisposeScope();
        Tensor μ = full(1, mean, device: Compute.Device).requires_grad_();
        Tensor lnσ = full(1, logDeviation, device: Compute.Device).requires_grad_();
        Tensor ε = full(1, noise, device: Compute.Device), z = draw(μ, lnσ, ε);
        double σ = Exp(logDeviation), value = z.ToDoubles()[0], expected = mean + noise * σ;
        if (Abs(value - (mean + noise * logDeviation)) < 1e-5) return "it multiplies ε by ln σ, expected σ";
        if (!(Abs(value - expected) < 1e-5))
            return $"for μ = {Numbers.Short(mean)}, ln σ = {Numbers.Short(logDeviation)}, ε = {Numbers.Short(noise)} it gives "
                + $"{Numbers.Short(value)}, expected μ + σε = {Numbers.Short(expected)}";
        if (!z.requires_grad) return "z has the right value and no graph at all";
        z.backward();
        if (lnσ.grad is not { } byLogarithm)
            return "z has the right value, but its graph does not know ln σ: on the way σ became a plain number";
        if (μ.grad is not { } byMean) return "z has the right value, but its graph does not know μ";
        double ofMean = byMean.ToDoubles()[0], ofLogarithm = byLogarithm.ToDoubles()[0];
        return Abs(ofMean - 1) < 1e-5 && Abs(ofLogarithm - noise * σ) < 1e-5 ? null
            : $"∂z/∂μ is {Numbers.Short(ofMean)}, expected 1; ∂z/∂ln σ is {Numbers.Short(ofLogarithm)}, expected σε = "
                + $"{Numbers.Short(noise * σ)}";
    }
}
