using Course.Datasets;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>How good drawn digits are, judged by a <see cref="DigitClassifier"/> beside real ones.</summary>
/// <param name="Count">N, how many samples were judged.</param>
/// <param name="Sure">The share to one of whose digits the classifier gives a probability above 0.9.</param>
/// <param name="Shares">The share of each digit 0…9, by what each sample is most like.</param>
/// <param name="Frechet">The <see cref="FrechetDistance"/> of their features to those of the 10,000 test digits.</param>
/// <param name="Floor">The same of the first N training digits: what N perfect samples would have.</param>
/// <param name="Followed">The share that is read as the digit that was asked for; null where none was.</param>
public sealed record SampleQuality(int Count, double Sure, IReadOnlyList<double> Shares, double Frechet,
    double Floor, double? Followed = null)
{
    /// <summary>The probability above which the classifier is called sure.</summary>
    public const double Threshold = 0.9;

    /// <summary>How many times as far from real digits as other real digits are: 1 is perfect.</summary>
    public double Ratio => Frechet / Floor;

    /// <summary>Judges samples. A classifier can be sure of garbage, all in one class: look at the samples too.</summary>
    /// <param name="samples">Digits in [−1, 1], float32 (N, 1, 28, 28), N from 2 to 60,000.</param>
    /// <param name="classifier">One for clean digits.</param>
    /// <param name="asked">The digit that each was to be, int64 (N) of 0 to 9; null where none was asked for.</param>
    /// <exception cref="ArgumentException">
    /// The samples are not of this shape, too few or too many, hold values that are no numbers or lie outside, or the classifier is told
    /// the time; or there is not one digit asked for each.
    /// </exception>
    public static SampleQuality Of(Tensor samples, DigitClassifier classifier, Tensor? asked = null)
    {
        using Mnist train = Mnist.Load(MnistSplit.Train), test = Mnist.Load(MnistSplit.Test);
        Require(samples, classifier, train.Count);
        using var scope = NewDisposeScope();
        using DigitReading drawn = classifier.Read(samples), real = classifier.Read(test.Images);
        using DigitReading others = classifier.Read(train.Images.narrow(0, 0, samples.shape[0]));
        using GaussianFeatures aim = GaussianFeatures.Of(real.Features);
        return new((int)samples.shape[0], drawn.ShareSure(Threshold), drawn.Shares(), DistanceOf(drawn), DistanceOf(others),
            asked is null ? null : drawn.Accuracy(asked));

        double DistanceOf(DigitReading reading)
        {
            using GaussianFeatures found = GaussianFeatures.Of(reading.Features);
            return FrechetDistance.Between(found, aim);
        }
    }

    static void Require(Tensor samples, DigitClassifier classifier, long most)
    {
        if (classifier.Times is not null)
            throw new ArgumentException("This classifier is told the time, expected one for clean digits.", nameof(classifier));
        if (samples.dim() != 4 || !samples.shape.SequenceEqual([samples.shape[0], 1, Mnist.Size, Mnist.Size]))
            throw new ArgumentException($"The samples have shape {TensorShape.Format(samples.shape)}, expected (N, 1, "
                + $"{Mnist.Size}, {Mnist.Size}): only digits are judged.", nameof(samples));
        if (samples.shape[0] < 2 || samples.shape[0] > most)
            throw new ArgumentException($"There are {samples.shape[0]} samples, expected 2 to {most}: "
                + "as many real digits are looked at beside them.", nameof(samples));
        if (!samples.is_floating_point())
            throw new ArgumentException($"The samples hold {samples.dtype}, expected floating-point values in [−1, 1].", nameof(samples));
        using var scope = NewDisposeScope();
        double low = samples.min().to(ScalarType.Float64).item<double>(), high = samples.max().to(ScalarType.Float64).item<double>();
        if (!(low >= -1 && high <= 1))       // NaN too
            throw new ArgumentException($"The samples reach from {low:G3} to {high:G3}, expected −1 to 1.", nameof(samples));
    }

    /// <summary>As text, in five lines, or six where digits were asked for.</summary>
    public override string ToString() => string.Join('\n', (string[])
    [
        $"samples           {Count:N0}",
        $"sure (p > {Threshold})    {Sure:0.0%}",
        $"digits 0 to 9     {string.Join(' ', Shares.Select(share => share.ToString("0.0%")))}",
        $"Fréchet distance  {Frechet:G3} to the 10,000 test digits ({Floor:G3} of {Count:N0} training digits)",
        $"ratio             {Ratio:0.00}",
        .. Followed is { } share ? [$"as asked for      {share:0.0%}"] : (string[])[],
    ]);
}
