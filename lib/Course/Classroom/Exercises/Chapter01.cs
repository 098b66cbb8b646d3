using Course.Brownian;
using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using Figures.Drawing;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 01.</summary>
public static class Chapter01
{
    const double D = 0.018;

    /// <summary>⟨|x|²⟩ = 2dDt, solved for t in days.</summary>
    public static FunctionExercise<Func<double, double, double>> TenCentimetres { get; } = FunctionExercise.Of(
        "1.1 how long to ten centimetres", "⟨|x|²⟩ = 2dDt = r²; 24 hours are a day.", (r, d) => r * r / (2 * d * D) / 24, 1e-3,
        [(10, 3), (1, 1), (5, 2)],
        ((r, d) => r * r / (2 * D) / 24, "that is along one axis: in d dimensions the squares of all d coordinates add up"),
        ((r, d) => r * r / (d * D) / 24, "the variance of a step is 2DΔt: you left out the 2"),
        ((r, d) => r * r / (2 * d * D), "those are hours"),
        ((r, d) => r / (2 * d * D) / 24, "it is the square of the distance that grows with the time: r², not r"));

    /// <summary>Berry and Esseen's bound, solved for n.</summary>
    public static FunctionExercise<Func<double, double>> EnoughKicks { get; } = FunctionExercise.Of("1.2 how many kicks are enough",
        "Solve 0.4748/√n ≤ gap for n, and round up.", gap => Ceiling(Pow(0.4748 / gap, 2)), 0, [0.01, 0.02, 0.05, 0.003],
        (gap => Pow(0.4748 / gap, 2), "n counts kicks: the smallest whole number is asked, so round up"),
        (gap => Floor(Pow(0.4748 / gap, 2)), "one kick too few: the bound is still above the gap"),
        (gap => Ceiling(0.4748 / gap), "that is √n: the bound falls with the square root of n"),
        (gap => Ceiling(0.4748 / (gap * gap)), "it is √n that must reach 0.4748/gap: square all of it"));

    /// <summary>The density before a reflecting wall.</summary>
    public static TriedExercise<Func<double, double>> OneWall { get; } = new("1.3 one wall",
        "The wall is a mirror: at x one sees the molecules at x and those that walked to −x.", FaultOfDensity);

    /// <summary>Bayes' way back, by Δ = 1.</summary>
    public static FunctionExercise<Func<double, double, double>> OneHourBefore { get; } = FunctionExercise.Of("1.4 one hour before",
        "E[y|x] = x + 2DΔ·∂ ln p(x, t), with p(x, t) = N(0, 2Dt). D drops out.", (x, t) => x * (1 - 1 / t), 1e-3,
        [(2, 10), (-1, 4), (0.5, 2), (3, 1)],
        ((x, t) => x * (1 + 1 / t), "that is farther out: the score is −x/2Dt and points home"),
        ((x, t) => x * (1 - 1 / (2 * t)), "the score is multiplied by the variance of the step, 2DΔ, not by DΔ"),
        ((x, t) => x, "a step is centred forwards; on the way back you know more, namely where all of them started"));

    /// <summary>ln B − ln(share·B).</summary>
    public static FunctionExercise<Func<double, double>> HalfAGlass { get; } = FunctionExercise.Of("1.5 half a glass",
        "Evenly over share·B cells every p_i is 1/(share·B): what is −Σ p ln p? And at the end?", share => -Log(share), 1e-3,
        [0.5, 0.25, 0.9, 0.01],
        (share => Log(share), "that is negative, and the ink that ends evenly spread gains entropy"),
        (share => -Log2(share), "those are bits, in nats it is less: the logarithm is natural"),
        (share => 1 - share, "half of the cells is not half of the entropy: the logarithm counts"));

    /// <summary>The step of eq. (2).</summary>
    public static TriedExercise<Func<Tensor, double, Tensor>> Step { get; } = new("1.6 find the bug",
        "β is a variance: what must be multiplied with the noise? And which law has mean 0 and variance 1?", FaultOfStep);

    static string? FaultOfDensity(Func<double, double> p)
    {
        // ∫ f dx over x > 0
        double Ink(Func<double, double> f) => 0.001 * Enumerable.Range(0, 12_000).Sum(i => f(0.001 * (i + 0.5)));
        double ink = Ink(p), slopeAtWall = (p(0.001) - p(0)) / 0.001;
        if (Abs(ink - Ink(Gaussian.WithMeanVariance(1, 1).Density)) < 1e-3)
            return $"only {Numbers.Short(100 * ink, 2)} % of the ink is left: what has walked through the wall must be there too";
        if (Abs(p(0)) < 1e-9) return "no ink at the wall, so it swallows what touches it: a mirror image comes with a plus";
        if (Abs(ink - 1) > 1e-3) return $"all the ink together is {Numbers.Short(ink, 3)}, expected 1: the wall keeps all of it";
        if (Abs(slopeAtWall) > 1e-2)
            return $"at the wall the density has the slope {Numbers.Short(slopeAtWall, 2)}, so ink flows through it; expected 0";
        // a glass so wide that the other wall does not matter
        double Miss(double x) => Abs(p(x) - HeatEquation.Density(x, 40, 1, 1, 1, 0));
        double at = new[] { 0, 0.5, 1, 3.0 }.MaxBy(Miss);
        return Miss(at) < 1e-9 ? null : $"at {Numbers.Short(at)} it gives {Numbers.Short(p(at))}: is the variance 2Dt = 1, the start at "
            + "1, and its image at −1?";
    }

    /// <summary>What is wrong with a step of eq. (2), tried at two β, from 0 and from far away, and after 100 steps from 1.</summary>
    internal static string? FaultOfStep(Func<Tensor, double, Tensor> step) => FaultAt(step, 0.035) ?? FaultAt(step, 0.3);

    // 5 standard errors: a right answer is refused less than once in 100,000 tries
    static string? FaultAt(Func<Tensor, double, Tensor> step, double β)
    {
        using var scope = NewDisposeScope();
        const int n = 100_000;
        double error = 5 * Sqrt(β / n);
        double[] noise = step(zeros(n, device: Compute.Device), β).ToDoubles();                 // from 0 a step is its noise
        double mean = noise.Average(), size = Sqrt(Statistics.Variance(noise).Value);
        double far = step(full(n, 1000f, device: Compute.Device), β).ToDoubles().Average();
        if (size < 1e-9) return "from 0 all steps are alike: where is the noise?";
        if (Abs(mean) > error)
            return $"the noise has the mean {Numbers.Short(mean, 2)}, expected 0: it pushes all one way (rand_like draws from 0 to 1)";
        if (Abs(size - β) < 0.02 * β) return "the standard deviation of the noise is β; its variance should be";
        if (Abs(size / Sqrt(β) - 1) > 5 / Sqrt(2.0 * n))
            return $"the noise has the standard deviation {Numbers.Short(size)}, expected √β = {Numbers.Short(Sqrt(β))}";
        if (KolmogorovSmirnov.Distance(noise, Gaussian.WithMeanVariance(0, β).Cdf) > 2 * KolmogorovSmirnov.CriticalValue(n))
            return "the noise has the right mean and variance, but it is not normal: randn_like";
        if (Abs(far - 1000) < 1) return "nothing pulls to the origin, so the variance will grow for ever";
        if (Abs(far - 1000 * (1 - β / 2)) < 0.05) return "that is Euler's step, 1 − β/2: it settles at the variance 1/(1 − β/4)";
        if (Abs(far - 1000 * Sqrt(1 - β)) > error + 0.01)
            return $"from 1000 it gets to {Numbers.Short(far, 5)} on average, expected 1000·√(1 − β) = "
                + $"{Numbers.Short(1000 * Sqrt(1 - β), 5)}";
        Tensor x = ones(n, device: Compute.Device);
        for (int t = 1; t <= 100; t++) x = step(x, β);
        double end = Sqrt(Statistics.Variance(x.ToDoubles()).Value), expected = Sqrt(1 - Pow(1 - β, 100));
        return Abs(end - expected) < 5 * expected / Sqrt(2.0 * n) ? null
            : $"each step is right, and yet after 100 the spread is {Numbers.Short(end)}, expected {Numbers.Short(expected)}: is "
                + "the noise new each time?";
    }
}
