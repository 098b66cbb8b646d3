using Course.Datasets;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>
/// Trains a <see cref="DigitClassifier"/> as a lazy sequence of steps: a batch of digits, each distorted a little, for the form that is
/// told the time carried to x_t with t ~ U{1…T}; a step of AdamW down the cross entropy; a moving average of the weights.
/// </summary>
public sealed class ClassifierTrainer : IDisposable
{
    readonly Tensor images, labels;
    readonly ForwardProcess? forward;
    readonly TrainedWeights weights;
    readonly SeededDraws draws;

    /// <summary>Prepares to train a network from the weights it has. Its parameters become views of one vector.</summary>
    /// <param name="network">What learns; stays the caller's.</param>
    /// <param name="digits">Images and labels; stay the caller's and must not change.</param>
    /// <param name="options">How. The target is of no account here.</param>
    /// <param name="schedule">The noise levels, for a network that is told the time; else null.</param>
    /// <exception cref="ArgumentException">The digits are fewer than a batch, the schedule does not fit the network, or an option is out of
    /// range.</exception>
    public ClassifierTrainer(DigitClassifier network, Mnist digits, TrainingOptions options, NoiseSchedule? schedule = null)
    {
        options.Require();
        if (digits.Count < options.BatchSize)
            throw new ArgumentException($"There are {digits.Count} digits, expected at least the batch "
                + $"of {options.BatchSize}.", nameof(digits));
        if (schedule?.T != network.Times)
            throw new ArgumentException($"The network is made for {(network.Times is { } times ? $"T = {times}" : "clean digits")}, "
                + $"and the schedule is {(schedule is null ? "none" : $"of T = {schedule.T}")}: expected the same.", nameof(schedule));
        (Network, Options) = (network, options);
        images = digits.Images.alias().DetachFromDisposeScope();
        labels = digits.Labels.alias().DetachFromDisposeScope();
        forward = schedule is null ? null : new(schedule);
        Average = Initialization.LeftBlank(() => new DigitClassifier(network.Times));
        weights = new(network, Average, options);
        draws = new SeededDraws(digits.Count, options.BatchSize, schedule?.T ?? 1, options.Seed);
    }

    /// <summary>What learns.</summary>
    public DigitClassifier Network { get; }

    /// <summary>The same network with the moving average of the weights, the one to keep. It lives as long as this training does.</summary>
    public DigitClassifier Average { get; }

    /// <summary>How it is trained.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The steps, each done when it is asked for: how many are done.</summary>
    public IEnumerable<long> Run()
    {
        for (long k = 0; k < Options.Steps; k++)
        {
            Interruption.ThrowIfAsked();
            Step(k);
            yield return k + 1;
        }
    }

    /// <summary>The mean cross entropy of the steps since it was last asked for, in nats; NaN when there was none. Waits for the
    /// device.</summary>
    /// <exception cref="InvalidOperationException">It is no longer a number.</exception>
    public double MeanLoss()
    {
        (double sum, long count) = weights.Losses;
        double mean = sum / count;
        if (count > 0 && !double.IsFinite(mean))
            throw new InvalidOperationException($"The loss is {mean}, expected a number: take a learning rate below "
                + $"{Options.LearningRate}.");
        weights.Losses = (0, 0);
        return mean;
    }

    void Step(long k)
    {
        using var scope = NewDisposeScope();
        Tensor items = draws.Items(k), y = labels.index_select(0, items);                                       // (B)
        // (B, 1, 28, 28)
        Tensor x = Distortion.Of(images.index_select(0, items), draws.Uniform(k, Options.BatchSize, Distortion.Numbers));
        Tensor? t = null;
        if (forward is not null)
        {
            (t, Tensor ε) = draws.TimesAndNoise(k, x);
            x = forward.Sample(x, t, ε);
        }
        weights.Descend(nn.functional.cross_entropy(Network.call(x, t), y), k + 1);
    }

    /// <summary>Gives the optimiser's memory and the average back. The network stays usable.</summary>
    public void Dispose()
    {
        images.Dispose();
        labels.Dispose();
        Average.Dispose();
        weights.Dispose();
        draws.Dispose();
    }
}
