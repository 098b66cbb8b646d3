using Course.Datasets;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>How good drawn digits are, judged by a <see cref="DigitClassifier"/> beside real ones.</summary>
/// <param name="Count">N, how many samples were judged.</param>
/// <param name="Sure">The share to one of whose digits the classifier gives a probability above 0.9.</param>
/// <param name="Shares">The share of each digit 0…9, by what each sample is most like.</param>
/// <param name="Frechet">The <see cref="FrechetDistance"/> of their features to those of the 10,000 test digits.</param>
/// <param name="Floor">The same of N training digits, what N perfect samples would have: the mean of at most ten sets.</param>
/// <param name="PrecisionRecall">How much of what is drawn is real and of what is real is drawn, of at most 10,000 samples and as many test
/// digits; null below <see cref="FewestForRecall"/> samples, which have too few neighbours.</param>
/// <param name="PrecisionRecallFloor">The same of as many training digits, what perfect samples would have.</param>
/// <param name="RatioAtTestShares">The ratio of both distances with each digit weighed to its share of the test digits, so that only how
/// they look is left; null where one of the ten was not drawn.</param>
/// <param name="Followed">The share that is read as the digit that was asked for; null where none was.</param>
public sealed record SampleQuality(int Count, double Sure, IReadOnlyList<double> Shares, Estimate Frechet,
    Estimate Floor, PrecisionRecall? PrecisionRecall,
    PrecisionRecall? PrecisionRecallFloor, double? RatioAtTestShares, double? Followed = null)
{
    /// <summary>The probability above which the classifier is called sure.</summary>
    public const double Threshold = 0.9;

    /// <summary>From how many samples on precision and recall are looked at.</summary>
    public const int FewestForRecall = 20;

    /// <summary>How many times as far from real digits as other real digits are: 1 is perfect.</summary>
    public Estimate Ratio
    {
        get
        {
            double ratio = Frechet.Value / Floor.Value;
            double drawn = Frechet.StandardError / Frechet.Value, real = Floor.StandardError / Floor.Value;
            return new(ratio, ratio * Math.Sqrt(drawn * drawn + real * real));
        }
    }

    /// <summary>The 95 % interval of <see cref="Sure"/>.</summary>
    public (double Low, double High) SureInterval => Statistics.Wilson(Sure, Count);

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
        using GaussianFeatures aim = GaussianFeatures.Of(real.Features);
        long n = samples.shape[0], sets = Math.Clamp(20_000 / n, 1, 10);
        using DigitReading others = classifier.Read(train.Images.narrow(0, 0, sets * n));
        Tensor[] floors = [.. others.Features.split(n)];
        Estimate floor = Statistics.Mean(floors.Select(set => FrechetDistance.Between(set, aim)));
        IReadOnlyList<double> shares = drawn.Shares();
        Tensor wanted = real.Digits().bincount(null, DigitClassifier.Classes);
        double? looks = shares.Min() == 0 ? null : AtTestShares(drawn.Features, drawn.Digits())
            / floors.Zip(others.Digits().split(n), AtTestShares).Average();
        long compared = Math.Min(n, test.Count);
        // of all parts of the test set: its first half is the neater one
        Tensor every = (arange(compared, device: real.Features.device) * test.Count / compared).floor().to(ScalarType.Int64);
        Tensor seen = real.Features.index_select(0, every);
        return new((int)n, drawn.ShareSure(Threshold), shares, FrechetDistance.Estimated(drawn.Features, aim), floor,
            Overlap(drawn), Overlap(others), looks, asked is null ? null : drawn.Accuracy(asked));

        // the distance with each vector weighed so that each digit counts as often as among the test digits
        double AtTestShares(Tensor features, Tensor digits) => FrechetDistance.Between(features, aim,
            (wanted / digits.bincount(null, DigitClassifier.Classes).clamp_min(1)).index_select(0, digits));

        PrecisionRecall? Overlap(DigitReading some) => n < FewestForRecall ? null
            : PrecisionRecall.Of(seen, some.Features.narrow(0, 0, compared));
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

    /// <summary>As text, in up to eight lines.</summary>
    public override string ToString() => string.Join('\n', (string[])
    [
        $"samples           {Count:N0}",
        $"sure (p > {Threshold})    {Interval(Sure)}",
        $"digits 0 to 9     {string.Join(' ', Shares.Select(share => share.ToString("0.0%")))}",
        $"Fréchet distance  {Error(Frechet)} to the 10,000 test digits ({Error(Floor)} of {Count:N0} training digits)",
        $"ratio             {Error(Ratio)} (± one standard error)"
            + (RatioAtTestShares is { } looks ? $"; {looks:G3} with the test digits' share of each digit" : ""),
        .. PrecisionRecall is { } found && PrecisionRecallFloor is { } floor ? (string[])
        [
            $"precision         {found.Precision:0.0%}, how much of it lies among real digits ({floor.Precision:0.0%} of training digits)",
            $"recall            {found.Recall:0.0%}, how much of real digits lies among it ({floor.Recall:0.0%})",
        ] : [],
        .. Followed is { } share ? [$"as asked for      {Interval(share)}"] : (string[])[],
    ]);

    string Interval(double share)
    {
        var (low, high) = Statistics.Wilson(share, Count);
        return $"{share:0.0%} (95 % interval {low:0.0%} to {high:0.0%})";
    }

    static string Error(Estimate estimate) =>
        $"{estimate.Value:G3} ± {(double.IsNaN(estimate.StandardError) ? "not known" : $"{estimate.StandardError:G2}")}";
}
