using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>
/// What a training does with the loss of a step, whatever the network learns: its gradient, clipped; a step of AdamW; the moving average of
/// the weights; the sum of the losses, which stays on the device.
/// </summary>
public sealed class TrainedWeights : IDisposable
{
    readonly TrainingOptions options;
    readonly Tensor lossSum;

    /// <param name="network">What learns. Its parameters become views of one vector.</param>
    /// <param name="average">A network of the same kind, which gets the moving average; it begins with the same weights.</param>
    /// <param name="options">How.</param>
    public TrainedWeights(nn.Module network, nn.Module average, TrainingOptions options)
    {
        this.options = options;
        network.train();        // dropout is for learning; what draws does without
        average.eval();
        (Now, Average) = (new(network), new(average));
        using (no_grad()) Average.Values.copy_(Now.Values);
        Optimiser = new(Now.Values, options.Beta2);
        lossSum = zeros([], dtype: ScalarType.Float64, device: Compute.Device).DetachFromDisposeScope();
    }

    internal FlatParameters Now { get; }

    internal FlatParameters Average { get; }

    internal FlatAdamW Optimiser { get; }

    /// <summary>The sum of the losses since it was last set to 0, and of how many. Reading the sum waits for the device.</summary>
    public (double Sum, long Count) Losses
    {
        get => (lossSum.item<double>(), Summed);
        set
        {
            using var noGraph = no_grad();
            lossSum.fill_(value.Sum);
            Summed = value.Count;
        }
    }

    /// <summary>How many losses are in the sum.</summary>
    public long Summed { get; private set; }

    /// <summary>Step k = 1, 2, … down a loss.</summary>
    public void Descend(Tensor loss, long k)
    {
        using var scope = NewDisposeScope();
        Tensor gradient = FlatParameters.Flat(autograd.grad([loss], Now.Tensors));
        using var noGraph = no_grad();
        Optimiser.Step(gradient, k, options.LearningRateOf(k), options.WeightDecay, options.GradientClip);
        double d = options.EmaDecayOf(k);
        Average.Values.mul_(d).add_(Now.Values, alpha: 1 - d);
        lossSum.add_(loss.detach());
        Summed++;
    }

    /// <summary>Gives the memory of the optimiser back.</summary>
    public void Dispose()
    {
        Now.Dispose();
        Average.Dispose();
        Optimiser.Dispose();
        lossSum.Dispose();
    }
}
