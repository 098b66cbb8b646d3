using Course.Toys;
using Diffusion.Objective;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Figures.Drawing;
using static System.Math;

namespace Course.Classroom.Exercises;

/// <summary>The exercises of chapter 05.</summary>
public static class Chapter05
{
    static readonly GaussianMixture humps = GaussianMixture.FourModes;

    /// <summary>L_{t−1} as a number times ‖x₀ − x̂₀‖².</summary>
    /// <param name="few">The schedule of the answer, at least 10 steps.</param>
    public static FunctionExercise<Func<double, double>> WeightOfX0(NoiseSchedule few)
    {
        ScheduleTable snr = few.Snr;
        VariationalBound narrower = new(few, ReverseVariance.Posterior), wider = new(few);
        return FunctionExercise.Of("5.1 the weight of an error in x₀", "ε − ε_θ = √SNR(t)·(x̂₀ − x₀). Put β̃_t into w_t "
            + "and use ᾱ_t = α_t·ᾱ_{t−1}.",
            t => narrower.Weight((int)t) * snr[(int)t], 1e-6, [2, 5, 10],
            (t => snr[(int)t - 1] - snr[(int)t], "twice too large: the ½ of the divergence is missing"),
            (t => 0.5 * (snr[(int)t] - snr[(int)t - 1]), "the sign: SNR falls as t grows, and a weight is positive"),
            (t => narrower.Weight((int)t), "that is w_t, the weight of an error in ε: one in x₀ is √SNR(t) times as large in ε"),
            (t => wider.Weight((int)t) * snr[(int)t], "that is for σ² = β; the exercise asks for β̃"));
    }

    /// <summary>E[x₀ | x_t] from the score, at ᾱ = 0.5.</summary>
    public static FunctionExercise<Func<double, double>> FromTheScore { get; } = FunctionExercise.Of("5.2 from the score to the data",
        "Two of the five names, one after the other: score → ε → x₀. Which signs?", BestX0, 1e-6, [-2, -0.3, 0, 1.1],
        (x => (x - 0.5 * humps.Score(x, 0.5)) / Sqrt(0.5), "the sign: ε = −√(1 − ᾱ)·score, and x₀ has −√(1 − ᾱ)·ε, so the "
            + "score comes in with a plus"),
        (x => x + 0.5 * humps.Score(x, 0.5), "that is √ᾱ·x₀: divide by √ᾱ"),
        (x => (x + Sqrt(0.5) * humps.Score(x, 0.5)) / Sqrt(0.5), "the score takes √(1 − ᾱ) twice: once to become "
            + "ε, once on the way to x₀"));

    /// <summary>The floor of the loss for one Gaussian.</summary>
    public static FunctionExercise<Func<double, double>> Floor { get; } = FunctionExercise.Of("5.3 a floor without an integral",
        "x_t is N(0, ᾱs² + 1 − ᾱ); what is its score, and the "
            + "mean of the square of that?", new GaussianMixture([1], [0], [0.5]).LeastNoiseError, 1e-6, [0.99, 0.5, 0.1],
        (ᾱ => (1 - ᾱ) / (ᾱ * 0.25 + 1 - ᾱ), "that is E[E[ε | x_t]²], what can be known of ε; the floor is the rest"),
        (ᾱ => ᾱ * 0.5 / (ᾱ * 0.5 + 1 - ᾱ), "s is 0.5, its square 0.25"),
        (ᾱ => 0.25 * (1 - ᾱ) / (ᾱ * 0.25 + 1 - ᾱ), "that is the smallest error in x₀, the variance of x₀ given "
            + "x_t; asked is the one in ε"));

    /// <summary>A loss whose minimum is the mean.</summary>
    public static TriedExercise<Func<double, double>> Loss { get; } = new("5.4 find the bug",
        "Which loss has its minimum at the mean, and which one at something nearer to the median?",
        loss =>
        {
            foreach (var (x, ᾱ) in new[] { (0.05, 0.95), (-1, 0.9), (0.4, 0.8), (-0.4, 0.5) })
            {
                double right = humps.OptimalNoise(x, ᾱ), found = Minimiser(loss, x, ᾱ),
                    huber = Minimiser(r => Abs(r) < 1 ? 0.5 * r * r : Abs(r) - 0.5, x, ᾱ);
                if (Abs(found - right) <= 0.006) continue;
                return Abs(found - huber) <= 0.006 ? "this loss, too, grows linearly where the noise has its second likely "
                    + "value, and asks for a median"
                    : $"at x_t = {Numbers.Short(x)} it is smallest at {Numbers.Short(found, 3)}, "
                        + $"and E[ε | x_t] is {Numbers.Short(right, 3)}";
            }
            return null;
        });

    /// <summary>Nats too many a step.</summary>
    public static NumberExercise OneDrawTooMany { get; } = new("5.5 one draw too many",
        "True walk: x_{t+1} − x_t has variance β. In the divergence x_t is drawn anew from x_{t−1}: what variance has x_{t+1} − x_t then? "
            + "Divide the excess by 2σ².", 1, 0.01,
        (1.5, "3β/2β is the whole price; β/2β of it the true walk pays, too"),
            (2, "the excess of variance is 2β, but it is divided by 2σ²"),
        (0.5, "three steps lie between: from the new x_t back to x_{t−1}, and two on to x_{t+1}"));

    /// <summary>ΣC_t in bits, the price of a perfect guess with σ² = β.</summary>
    /// <param name="schedule">The schedule of the answer, at least 10 steps.</param>
    public static NumberExercise Perfection(NoiseSchedule schedule)
    {
        var wider = new VariationalBound(schedule);
        double price = Enumerable.Range(2, schedule.T - 1).Sum(wider.Constant) / Log(2),
            weights = Enumerable.Range(2, schedule.T - 1).Sum(wider.Weight) / Log(2);
        return new("5.6 what perfection costs", "Put the error 0 into eq. (12): what is left of L_{t−1}? Sum it for t = 2 … "
            + "T; log 2 nats are a bit.", price, 1e-6 * price,
            (price * Log(2), "those are nats"), (0, "that is so for σ² = β̃; for β the constants C_t remain"),
            (price + weights, "that is a network that says 0: with the error 0 the weights count for nothing"));
    }

    // By Bayes on a grid.
    static double BestX0(double x)
    {
        double sum = 0, weighted = 0;
        for (double x0 = -6; x0 <= 6; x0 += 1e-3)
        {
            double weight = humps.Density(x0) * Exp(-Pow(x - Sqrt(0.5) * x0, 2));      // q(x | x₀) has the variance ½
            (sum, weighted) = (sum + weight, weighted + weight * x0);
        }
        return weighted / sum;
    }

    // The number f with the smallest E[loss(ε − f) | x_t], on a grid.
    static double Minimiser(Func<double, double> loss, double x, double ᾱ)
    {
        double[] ε = [.. Enumerable.Range(-300, 601).Select(i => 0.02 * i)];
        double[] likely = [.. ε.Select(e => Exp(-e * e / 2) * humps.Density((x - Sqrt(1 - ᾱ) * e) / Sqrt(ᾱ)))];
        return Enumerable.Range(-300, 601).Select(i => 0.01 * i).MinBy(f => ε.Zip(likely, (e, weight) => weight * loss(e - f)).Sum());
    }
}
