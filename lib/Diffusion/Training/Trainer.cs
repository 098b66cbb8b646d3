using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>
/// Algorithm 1 of Ho, Jain &amp; Abbeel 2020 as a lazy sequence of steps: the caller looks, draws, saves and stops when it likes.
/// <code>
/// x₀ ~ data     t ~ U{1…T} or as <see cref="TrainingOptions.Times"/> says     ε ~ N(0, I)     x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε
/// a step of AdamW down ∇θ ‖ε − ε_θ(x_t, t)‖²,  then  θ̄ ← d·θ̄ + (1 − d)·θ
/// </code>
/// </summary>
/// <remarks>
/// Nothing inside a step waits for a GPU. On the CPU, where looking costs nothing, a loss that is no number stops the training at once; on
/// a GPU <see cref="MeanLoss"/> notices.
/// </remarks>
public sealed class Trainer : IDisposable
{
    readonly ForwardProcess forward;
    readonly TrainedWeights weights;
    readonly SeededDraws draws;
    readonly Teacher? teacher;
    readonly List<(long Step, double Loss)> losses = [];

    /// <summary>Prepares to train a network from the weights it has. Its parameters become views of one vector.</summary>
    /// <param name="network">What learns; stays the caller's.</param>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="data">x₀ (N, …), N ≥ the batch; images in [−1, 1]. Stays the caller's and must not change.</param>
    /// <param name="options">How.</param>
    /// <param name="labels">The class of each item, int64 (N), for a network that knows classes; stays the caller's and must not
    /// change.</param>
    /// <param name="teacher">Says what is learned about x_t; null leaves that to the data (<see
    /// cref="TrainingOptions.Parameterization"/>).</param>
    /// <exception cref="ArgumentException">The data are fewer than a batch, the labels do not fit, or an option is out of its
    /// range.</exception>
    public Trainer(Denoiser network, NoiseSchedule schedule, Tensor data, TrainingOptions options,
        Tensor? labels = null, Teacher? teacher = null)
    {
        options.Require();
        RequireLabels(network, data, labels, options.LabelDrop);
        if (data.dim() < 2 || data.shape[0] < options.BatchSize)
            throw new ArgumentException($"The data are {TensorShape.Format(data.shape)}, expected (N, …) with N at least the batch of "
                + $"{options.BatchSize}: give more items or take a smaller batch.", nameof(data));
        (Network, Schedule, Options, this.teacher) = (network, schedule, options, teacher);
        Data = data.to(Compute.Device).alias().DetachFromDisposeScope();
        Labels = labels?.to(Compute.Device).alias().DetachFromDisposeScope();
        forward = new ForwardProcess(schedule);
        Average = network.Copy();
        weights = new(network, Average, options);
        draws = new SeededDraws(data.shape[0], options.BatchSize, schedule.T, options.Seed, options.Times.Cumulative(schedule));
    }

    /// <summary>What learns.</summary>
    public Denoiser Network { get; }

    /// <summary>The same network with the moving average θ̄ of the weights: the one to draw samples with. It follows as training goes
    /// on.</summary>
    public Denoiser Average { get; }

    /// <summary>The noise levels.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>How it is trained.</summary>
    public TrainingOptions Options { get; }

    /// <summary>x₀ (N, …), what is learned from; the trainer's own.</summary>
    public Tensor Data { get; }

    /// <summary>The class of each item, int64 (N); null for a network without classes.</summary>
    public Tensor? Labels { get; }

    /// <summary>How many steps are done, those before it was stopped and gone on with included.</summary>
    public long StepsDone { get; private set; }

    /// <summary>The loss curve: every <see cref="MeanLoss"/> so far and the step after which it was asked for.</summary>
    public IReadOnlyList<(long Step, double Loss)> Losses => losses;

    /// <summary>How far the training is. Set, it goes on from there; the tensors of <see cref="Tensors"/> are the rest of what it needs for
    /// that.</summary>
    public TrainingState State
    {
        get => new(StepsDone, [.. losses], weights.Losses.Sum, weights.Summed);
        set
        {
            StepsDone = value.Step;
            losses.Clear();
            losses.AddRange(value.Losses);
            weights.Losses = (value.LossSum, value.LossCount);
        }
    }

    /// <summary>
    /// The numbers that change as training goes on: <c>weights.</c>, <c>average.</c>, <c>adam_m.</c> and <c>adam_v.</c> of every parameter,
    /// by its path. Views: training goes on from what is copied into them.
    /// </summary>
    public IEnumerable<(string Name, Tensor View)> Tensors() =>
        new[] { ("weights.", weights.Now.Values), ("average.", weights.Average.Values), ("adam_m.", weights.Optimiser.M),
            ("adam_v.", weights.Optimiser.V) }
            .SelectMany(vector => weights.Now.Pieces(vector.Item2).Select(piece => (vector.Item1 + piece.Name, piece.View)));

    /// <summary>The steps that are left; each is done when it is asked for.</summary>
    /// <exception cref="InvalidOperationException">The loss is no longer a number; the weights are still those of the step
    /// before.</exception>
    public IEnumerable<TrainingStep> Run()
    {
        while (StepsDone < Options.Steps)
        {
            Interruption.ThrowIfAsked();
            Tensor loss = Step(StepsDone);
            StepsDone++;
            try { yield return new(StepsDone, Options.Steps, loss); }
            finally { loss.Dispose(); }
        }
    }

    /// <summary>The mean loss of the steps since it was last asked for, a point of <see cref="Losses"/>; NaN when there was none. Waits for
    /// the device.</summary>
    /// <exception cref="InvalidOperationException">It is no longer a number.</exception>
    public double MeanLoss()
    {
        if (weights.Summed == 0) return double.NaN;
        (double sum, long count) = weights.Losses;
        double mean = sum / count;
        RequireFinite(mean, StepsDone);
        losses.Add((StepsDone, mean));
        weights.Losses = (0, 0);
        return mean;
    }

    Tensor Step(long k)
    {
        using var scope = NewDisposeScope();
        Tensor items = draws.Items(k), x0 = Data.index_select(0, items);                    // (B, …)
        (Tensor t, Tensor ε) = draws.TimesAndNoise(k, x0);
        Tensor xt = forward.Sample(x0, t, ε);
        Tensor? y = LabelsOf(k, items);
        Tensor loss = nn.functional.mse_loss(Network.Predict(xt, t, y), Taught(xt, t, y)
            ?? Prediction.Target(Options.Parameterization, Schedule, x0, ε, t));
        if (loss.device.type == DeviceType.CPU) RequireFinite(loss.to(ScalarType.Float64).item<double>(), k + 1);
        weights.Descend(loss, k + 1);
        return loss.detach().DetachFromDisposeScope();
    }

    Tensor? Taught(Tensor xt, Tensor t, Tensor? y)
    {
        using var noGraph = no_grad();
        return teacher?.Invoke(xt, t, y);
    }

    // The classes y of the items of step k, int64 (B), some of them dropped; none for a network without classes.
    Tensor? LabelsOf(long k, Tensor items)
    {
        Tensor? y = Labels?.index_select(0, items);
        return y is not null && Options.LabelDrop > 0
            ? y.masked_fill(draws.Dropped(k, Options.LabelDrop), ((UNet)Network).Config.NullClass!.Value) : y;
    }

    void RequireFinite(double loss, long step)
    {
        if (!double.IsFinite(loss))
            throw new InvalidOperationException($"The loss of step {step} is {loss}, expected a number: take a learning rate below "
                + $"{Options.LearningRate}, and see that the data hold numbers only.");
    }

    static void RequireLabels(Denoiser network, Tensor data, Tensor? labels, double drop)
    {
        int? classes = (network as UNet)?.Config.Classes;
        if (drop > 0 && (network as UNet)?.Config.NullClass is null)
            throw new ArgumentException($"LabelDrop is {drop} and the network has no null class to put in a label's place: build it from "
                + "a config with a NullClass, as UNetConfig.WithClasses makes it, or set LabelDrop to 0.", nameof(network));
        if (classes is null && labels is null) return;
        if (classes is not { } known)
            throw new ArgumentException("The network knows no classes, expected no labels: set num_class_embeds in its config, "
                + "or leave the labels out.", nameof(labels));
        if (labels is null)
            throw new ArgumentException($"The network knows {known} classes, expected a label for each item.", nameof(labels));
        if (labels.dtype != ScalarType.Int64 || !labels.shape.SequenceEqual([data.shape[0]]))
            throw new ArgumentException($"The labels are {labels.dtype} {TensorShape.Format(labels.shape)}, expected Int64 "
                + $"{TensorShape.Format([data.shape[0]])}: one for each item.", nameof(labels));
        (long least, long most) = (labels.min().item<long>(), labels.max().item<long>());
        if (drop > 0 && (least < 0 || most >= known - 1))
            throw new ArgumentException($"The labels go from {least} to {most}, expected 0 to {known - 2}: of the network's {known} "
                + "classes the last stands for a dropped label.", nameof(labels));
        if (least < 0 || most >= known)
            throw new ArgumentException($"The labels go from {least} to {most}, expected 0 to {known - 1}: set "
                + $"num_class_embeds to {most + 1} or more.", nameof(labels));
    }

    /// <summary>Gives the optimiser's memory back. Both networks stay usable.</summary>
    public void Dispose()
    {
        Data.Dispose();
        Labels?.Dispose();
        weights.Dispose();
        draws.Dispose();
    }
}
