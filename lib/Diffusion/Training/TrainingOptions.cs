using Diffusion.Networks;
using Diffusion.Parameterizations;

namespace Diffusion.Training;

/// <summary>Everything that decides how a network is trained. Two trainings with equal options on equal data give equal weights, bit for
/// bit.</summary>
public sealed record TrainingOptions
{
    /// <summary>How many steps in all; the learning rate falls to 0 over them.</summary>
    public required long Steps { get; init; }

    /// <summary>Items a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The largest learning rate η of AdamW.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps over which the learning rate first rises from 0, while AdamW's averages mean little.</summary>
    public int WarmUpSteps { get; init; } = 100;

    /// <summary>β₂ of AdamW: the running mean of the squared gradient remembers about 1/(1 − β₂) steps. Short trainings want a short
    /// memory.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>λ of AdamW (Loshchilov &amp; Hutter 2019): every step also shrinks the weights by the factor 1 − ηλ.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>A gradient longer than this, over all parameters together, is scaled back to it.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>d of the weights' moving average θ̄ ← d·θ̄ + (1 − d)·θ; early on (1 + k)/(10 + k) of step k, if that is less.</summary>
    public double EmaDecay { get; init; } = 0.999;

    /// <summary>What the network learns to say about x_t.</summary>
    public Parameterization Parameterization { get; init; }

    /// <summary>How often which time is drawn. The best network is the same for all; what a short training spends its steps on is
    /// not.</summary>
    public TimeDraw Times { get; init; }

    /// <summary>
    /// How probably an item's label becomes the network's null class, 0 for never: what guidance needs (Ho &amp; Salimans 2022, algorithm
    /// 1; 0.1 there). The network's config has a <see cref="UNetConfig.NullClass"/> then, and the labels go from 0 to the one before it.
    /// </summary>
    public double LabelDrop { get; init; }

    /// <summary>
    /// Which weights the training began from: null for random ones, else any text that tells one model from another, for example
    /// a hash of them. A note that changes nothing, but a checkpoint is gone on with under the same.
    /// </summary>
    public string? Start { get; init; }

    /// <summary>Which teacher the training learns from: null for the data, else any text that tells one teacher from another. A note, as
    /// <see cref="Start"/> is.</summary>
    public string? Teacher { get; init; }

    /// <summary>Decides the order of the data, the times and the noise, which labels are dropped, all of them: nothing comes from the
    /// global generator.</summary>
    public long Seed { get; init; }

    /// <summary>The learning rate of step k = 1…<see cref="Steps"/>: up in a line, down in half a cosine.</summary>
    public double LearningRateOf(long k) =>
        LearningRate * Math.Min(1, k / (double)Math.Max(1, WarmUpSteps)) * 0.5 * (1 + Math.Cos(Math.PI * (k - 1) / Steps));

    /// <summary>The decay of the moving average at step k.</summary>
    public double EmaDecayOf(long k) => Math.Min(EmaDecay, (1.0 + k) / (10 + k));

    /// <summary>Refuses an option outside its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sentence names option, value and range.</exception>
    public void Require()
    {
        Positive(Steps, nameof(Steps));
        Positive(BatchSize, nameof(BatchSize));
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            Refuse(nameof(LearningRate), LearningRate, "a number above 0, for example 0.001");
        if (WarmUpSteps < 0) Refuse(nameof(WarmUpSteps), WarmUpSteps, "0 or more");
        if (!(Beta2 is >= 0 and < 1)) Refuse(nameof(Beta2), Beta2, "at least 0 and less than 1");
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) Refuse(nameof(WeightDecay), WeightDecay, "0 or more");
        if (!(GradientClip > 0)) Refuse(nameof(GradientClip), GradientClip, "a number above 0, or ∞ not to clip");
        if (!(EmaDecay is >= 0 and < 1)) Refuse(nameof(EmaDecay), EmaDecay, "at least 0 and less than 1");
        if (!(LabelDrop is >= 0 and < 1)) Refuse(nameof(LabelDrop), LabelDrop, "at least 0 and less than 1");
        if (!Enum.IsDefined(Parameterization))
            Refuse(nameof(Parameterization), (int)Parameterization, string.Join(", ", Enum.GetNames<Parameterization>()));
        if (!Enum.IsDefined(Times)) Refuse(nameof(Times), (int)Times, string.Join(", ", Enum.GetNames<TimeDraw>()));

        static void Positive(long value, string name)
        {
            if (value < 1) Refuse(name, value, "at least 1");
        }

        static void Refuse(string name, double value, string expected) =>
            throw new ArgumentOutOfRangeException(name, $"{name} is {value}, expected {expected}.");
    }
}
