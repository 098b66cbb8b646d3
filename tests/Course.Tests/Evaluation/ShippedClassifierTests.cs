using Course.Datasets;
using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Course.Tests.Evaluation;

/// <summary>The two classifiers in data/models, on the 10,000 test digits.</summary>
public class ShippedClassifierTests
{
    const string Clean = "models/mnist-classifier", Noisy = "models/mnist-classifier-noisy";

    static DigitClassifier Open(string name) => DigitClassifier.Load(DataFolder.Find(name));

    [Fact]
    public void The_clean_one_reads_at_least_993_of_1000_and_is_sure_of_nearly_all()
    {
        using DigitClassifier classifier = Open(Clean);
        using Mnist test = Mnist.Load(MnistSplit.Test);
        using DigitReading reading = classifier.Read(test.Images);
        Assert.InRange(reading.Accuracy(test.Labels), 0.993, 1);
        Assert.InRange(reading.ShareSure(), 0.977, 1);
    }

    [Theory]
    [InlineData(Clean)]
    [InlineData(Noisy)]
    public void A_classifier_takes_at_most_a_megabyte(string name) =>
        Assert.InRange(Directory.GetFiles(DataFolder.Find(name)).Sum(file => new FileInfo(file).Length), 100_000, 1_000_000);

    [Fact]
    public void The_noisy_one_reads_noisy_digits_where_the_clean_one_is_lost_and_at_the_end_nobody_can()
    {
        using DigitClassifier clean = Open(Clean), noisy = Open(Noisy);
        using Mnist test = Mnist.Load(MnistSplit.Test);
        var forward = new ForwardProcess(NoiseSchedule.Linear());
        Compute.Seed(8);
        using Tensor digits = test.Images[..2000].clone(), labels = test.Labels[..2000].clone();
        using Tensor x1 = forward.Sample(digits, 1), x300 = forward.Sample(digits, 300), x1000 = forward.Sample(digits, 1000);
        Assert.InRange(noisy.Accuracy(x1, labels, 1), 0.98, 1);
        double told = noisy.Accuracy(x300, labels, 300), untold = clean.Accuracy(x300, labels);
        Assert.True(told > untold + 0.1, $"told {told}, untold {untold}");
        // What is left at T: two digits lie some 20 apart, times √ᾱ_T = 0.0064 that is 0.13 standard deviations: little better than always saying 1 (11 %).
        Assert.InRange(noisy.Accuracy(x1000, labels, 1000), 0, 0.17);
    }

    [Fact]
    public void Real_digits_are_as_good_as_real_digits_and_noise_and_a_single_digit_are_not()
    {
        using DigitClassifier classifier = Open(Clean);
        using Mnist train = Mnist.Load(MnistSplit.Train);
        const int N = 500;
        using Tensor real = train.Images.narrow(0, 30_000, N).clone(), sevens = train.OfDigit(7, N);
        using Tensor drawn = rand(N, 1, 28, 28), noise = drawn * 2 - 1;

        SampleQuality good = SampleQuality.Of(real, classifier);
        Assert.InRange(good.Ratio.Value, 0.5, 2);
        Assert.InRange(good.Sure, 0.96, 1);
        double[] counted = [.. train.Labels.narrow(0, 30_000, N).bincount(null, 10).ToDoubles()];
        Assert.All(good.Shares.Zip(counted), pair => Assert.InRange(pair.First, pair.Second / N - 0.02, pair.Second / N + 0.02));
        Assert.Equal(N, good.Count);
        Assert.InRange(good.Ratio.Deviations(1), 0, 4);
        // floors of 500 training digits, and 500 others: shares with standard errors of at most √(0.25/500)
        Assert.InRange(good.PrecisionRecall!.Precision - good.PrecisionRecallFloor!.Precision, -0.1, 0.1);
        Assert.InRange(good.PrecisionRecall.Recall - good.PrecisionRecallFloor.Recall, -0.1, 0.1);
        Assert.InRange(good.Sure, good.SureInterval.Low, good.SureInterval.High);

        using Tensor names = train.Labels.narrow(0, 30_000, N).clone(), wrong = (names + 1) % 10;
        Assert.Null(good.Followed);
        Assert.InRange(SampleQuality.Of(real, classifier, names).Followed!.Value, 0.99, 1);
        Assert.InRange(SampleQuality.Of(real, classifier, wrong).Followed!.Value, 0, 0.01);

        // twice as many sevens: only the shares are wrong
        using Tensor more = cat([real, train.OfDigit(7, 50)]);
        SampleQuality skewed = SampleQuality.Of(more, classifier);
        Assert.InRange(good.RatioAtTestShares!.Value, 0.6, 1.6);
        Assert.InRange(skewed.RatioAtTestShares!.Value / good.RatioAtTestShares.Value, 0.8, 1.2);
        Assert.InRange(skewed.Ratio.Value / good.Ratio.Value, 1.2, double.PositiveInfinity);
        Assert.Contains("with the test digits' share of each digit", skewed.ToString());

        SampleQuality one = SampleQuality.Of(sevens, classifier);
        Assert.Null(one.RatioAtTestShares);
        Assert.InRange(one.Shares[7], 0.98, 1);
        Assert.InRange(one.Sure, 0.96, 1);
        Assert.InRange(one.Ratio.Value, 10, double.PositiveInfinity);
        Assert.InRange(one.PrecisionRecall!.Precision, 0.5, 1);     // sevens are digits, and only a tenth of all
        Assert.InRange(one.PrecisionRecall.Recall, 0, 0.2);
        Assert.InRange(SampleQuality.Of(noise, classifier).Ratio.Value, 10, double.PositiveInfinity);
        Assert.Equal(one.Floor, good.Floor);
        Assert.Contains("Fréchet distance", one.ToString());
    }

    [Fact]
    public void Samples_that_cannot_be_judged_are_refused_in_one_sentence()
    {
        using DigitClassifier classifier = new(), told = new(1000);
        using Tensor digits = zeros(3, 1, 28, 28), faces = zeros(3, 3, 64, 64), one = zeros(1, 1, 28, 28), bytes = zeros(3, 1, 28, 28, ScalarType.Byte);
        using Tensor bright = full([3, 1, 28, 28], 255.0), broken = full([3, 1, 28, 28], double.NaN);
        Refused("This classifier is told the time, expected one for clean digits.", digits, told);
        Refused("The samples have shape (3, 3, 64, 64), expected (N, 1, 28, 28): only digits are judged.", faces, classifier);
        Refused("There are 1 samples, expected 2 to 60000: as many real digits are looked at beside them.", one, classifier);
        Refused("The samples hold Byte, expected floating-point values in [−1, 1].", bytes, classifier);
        Refused("The samples reach from 255 to 255, expected −1 to 1.", bright, classifier);
        Refused("The samples reach from NaN to NaN, expected −1 to 1.", broken, classifier);

        static void Refused(string sentence, Tensor samples, DigitClassifier classifier) =>
            Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => SampleQuality.Of(samples, classifier)).Message);
    }
}
