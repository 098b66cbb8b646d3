using Course.Datasets;
using Diffusion.Devices;
using Diffusion.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Course.Evaluation;

/// <summary>
/// A small convolutional network that reads 28×28 digits: a measuring instrument for what models draw, and for how much of a digit is left
/// in x_t.
/// </summary>
/// <remarks>
/// <code>
/// x (1×28×28) ─ every 2×2 pixels become 4 channels ─ 32 ─ 64 at 14×14 ─ stride 2 ─ 64 ─ 128 ─ (+) ─ 128 at 7×7 ─ mean ─ features (128)
///                                                                                     └─ 128 ─┘         features ─ linear ─ logits (10)
/// t ─ sinusoid ─ linear ─ SiLU ─ linear ─→ every layer, in the form that is told the time
/// </code>
/// One layer is convolution, group norm, SiLU. A network for clean digits takes no time; one made with <see cref="Times"/> = T takes x_t
/// and t.
/// </remarks>
public sealed partial class DigitClassifier : nn.Module<Tensor, Tensor?, Tensor>
{
    /// <summary>How many kinds of digit there are.</summary>
    public const int Classes = 10;

    /// <summary>Length of the vector of features.</summary>
    public const int FeatureCount = 128;

    const long SinusoidLength = 64, TimeChannels = 128;
    const int Batch = 250;      // read at once: 1,000 would need 4 times the memory and be no faster

    readonly Timesteps? time_proj;
    readonly TimestepEmbedding? time_embedding;
    readonly ModuleList<ClassifierLayer> layers;
    readonly LinearLayer classifier;

    /// <summary>Builds the network with random parameters in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="times">T of the schedule whose x_t it reads, told t; none for one that reads clean digits.</param>
    /// <exception cref="ArgumentOutOfRangeException">T is below 1.</exception>
    public DigitClassifier(int? times = null) : base(nameof(DigitClassifier))
    {
        if (times < 1)
            throw new ArgumentOutOfRangeException(nameof(times), $"times is {times}, expected at least 1, or none for clean digits.");
        Times = times;
        if (times is not null)
        {
            time_proj = new Timesteps(SinusoidLength);
            time_embedding = new TimestepEmbedding(SinusoidLength, TimeChannels);
        }
        long? told = times is null ? null : TimeChannels;
        layers =
        [
            new(4, 32, told),
            new(32, 64, told),
            new(64, 64, told, stride: 2),
            new(64, FeatureCount, told),
            new(FeatureCount, FeatureCount, told),
        ];
        classifier = new LinearLayer(FeatureCount, Classes);
        RegisterComponents();
    }

    /// <summary>T of the schedule whose x_t it reads; null where it reads clean digits and is told no time.</summary>
    public int? Times { get; }

    /// <summary>The type between the first layer and the mean; none means float32. For training: what is measured with it is measured in
    /// float32.</summary>
    public ScalarType? BodyType { get; set; }

    /// <summary>Logits of a batch, with gradients.</summary>
    /// <param name="x">Digits in [−1, 1], or x_t: float32 (B, 1, 28, 28).</param>
    /// <param name="t">int64 (B), 0 to T, for a network that is told the time; else null.</param>
    /// <returns>(B, 10), owned by the caller; softmax makes them probabilities.</returns>
    public override Tensor forward(Tensor x, Tensor? t)
    {
        using var scope = NewDisposeScope();
        return classifier.call(Features(x, t)).MoveToOuterDisposeScope();
    }

    /// <summary>Reads any number of digits, a part at a time and without gradients.</summary>
    /// <param name="images">Digits in [−1, 1], or x_t: float32 (N, 1, 28, 28), on any device.</param>
    /// <param name="t">The time of all of them, 0 to T, for a network that is told the time.</param>
    /// <returns>What it saw; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The images are not of this shape, or a time is missing or too much.</exception>
    /// <exception cref="ArgumentOutOfRangeException">t is out of range.</exception>
    public DigitReading Read(Tensor images, int? t = null)
    {
        if (images.dim() == 0 || images.shape[0] < 1) throw Misshapen(images);
        if (t is { } time && Times is { } last && (time < 0 || time > last))
            throw new ArgumentOutOfRangeException(nameof(t), $"t is {t}, expected 0 to {last}.");
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var features = new List<Tensor>();
        for (long first = 0; first < images.shape[0]; first += Batch)
        {
            Interruption.ThrowIfAsked();
            using var part = NewDisposeScope();
            Tensor x = images.narrow(0, first, Math.Min(Batch, images.shape[0] - first)).to(Compute.Device);
            Tensor? all = t is { } each ? full([x.shape[0]], (long)each, dtype: ScalarType.Int64, device: x.device) : null;
            features.Add(Features(x, all).MoveToOuterDisposeScope());
        }
        Tensor seen = cat(features);
        return new(seen.MoveToOuterDisposeScope(), classifier.call(seen).MoveToOuterDisposeScope());
    }

    /// <summary>The share of digits that it reads as what they are, 0 to 1.</summary>
    /// <param name="images">As for <see cref="Read"/>.</param>
    /// <param name="labels">What they are, int64 (N).</param>
    /// <param name="t">As for <see cref="Read"/>.</param>
    public double Accuracy(Tensor images, Tensor labels, int? t = null)
    {
        using DigitReading reading = Read(images, t);
        return reading.Accuracy(labels);
    }

    // (B, 1, 28, 28) → (B, 128), what the last layer decides on.
    Tensor Features(Tensor x, Tensor? t)
    {
        if (x.dim() != 4 || !x.shape.SequenceEqual([x.shape[0], 1, Mnist.Size, Mnist.Size])) throw Misshapen(x);
        if (t is null != Times is null)
            throw new ArgumentException(Times is null ? "This classifier reads clean digits, expected no t."
                : $"This classifier is told the time, expected a t from 0 to {Times}.", nameof(t));
        using var scope = NewDisposeScope();
        Tensor? time = t is null ? null : time_embedding!.call(time_proj!.call(t).to(x.dtype)).silu();    // (B, 128)
        Tensor h = layers[0].call(F.pixel_unshuffle(x, 2), time);                           // (B, 32, 14, 14)
        if (BodyType is { } type) (h, time) = (h.to(type), time?.to(type));
        for (int i = 1; i < layers.Count - 1; i++) h = layers[i].call(h, time);             // (B, 128, 7, 7)
        h = h + layers[^1].call(h, time);
        return h.to(x.dtype).mean([2, 3]).MoveToOuterDisposeScope();
    }

    static ArgumentException Misshapen(Tensor x) =>
        new($"The images have shape {TensorShape.Format(x.shape)}, expected (N, 1, {Mnist.Size}, {Mnist.Size}) with N at least 1.");
}
