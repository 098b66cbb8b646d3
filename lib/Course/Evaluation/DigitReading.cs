using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>What a <see cref="DigitClassifier"/> saw in some digits.</summary>
public sealed class DigitReading : IDisposable
{
    internal DigitReading(Tensor features, Tensor logits) => (Features, Logits) = (features, logits);

    /// <summary>What the last layer decides on, float32 (N, 128).</summary>
    public Tensor Features { get; }

    /// <summary>The last layer's output, float32 (N, 10).</summary>
    public Tensor Logits { get; }

    /// <summary>The digit that each is most like, int64 (N). Owned by the caller.</summary>
    public Tensor Digits() => Logits.argmax(1);

    /// <summary>The probability that the classifier gives to each digit, (N, 10). Owned by the caller.</summary>
    public Tensor Probabilities() => Logits.softmax(1);

    /// <summary>The share of digits to one of which it gives a probability above the threshold, 0 to 1.</summary>
    /// <param name="threshold">From 0 to 1.</param>
    public double ShareSure(double threshold = 0.9)
    {
        using var scope = NewDisposeScope();
        return (Logits.softmax(1).amax([1]) > threshold).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>The share that it reads as what they are, 0 to 1.</summary>
    /// <param name="labels">int64 (N), on any device.</param>
    /// <exception cref="ArgumentException">There is not one label for each digit.</exception>
    public double Accuracy(Tensor labels)
    {
        if (!labels.shape.SequenceEqual([Logits.shape[0]]))
            throw new ArgumentException($"The labels have shape {TensorShape.Format(labels.shape)}, expected ({Logits.shape[0]}): "
                + "one for each digit.", nameof(labels));
        using var scope = NewDisposeScope();
        return (Logits.argmax(1) == labels.to(Logits.device)).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>The share of each digit among all of them, by what each is most like: ten numbers that add up to 1.</summary>
    public IReadOnlyList<double> Shares()
    {
        using var scope = NewDisposeScope();
        return [.. (Logits.argmax(1).bincount(null, DigitClassifier.Classes).to(ScalarType.Float64) / Logits.shape[0]).ToDoubles()];
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Features.Dispose();
        Logits.Dispose();
    }
}
