using Course.Datasets;
using Course.Evaluation;
using Diffusion.Models;

namespace Course.Tests.Evaluation;

/// <summary>The models in data/models that draw, judged in few steps by the classifier that lies beside them.</summary>
public class ShippedModelTests
{
    static readonly int[] All = [.. Enumerable.Range(0, 10)];

    static SampleQuality Drawn(string name, int[]? classes = null, double guidance = 1, int steps = 40, double? eta = null, bool recomputesNoise = true, int count = 100)
    {
        using PretrainedModel model = PretrainedModel.Open(DataFolder.Find($"models/{name}"));
        using DigitClassifier classifier = DigitClassifier.Load(DataFolder.Find("models/mnist-classifier"));
        using GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(steps, eta, recomputesNoise), count, 3, classes: classes, guidance: guidance);
        using TorchSharp.torch.Tensor? asked = draws.Labels();
        return SampleQuality.Of(draws.Samples, classifier, asked);
    }

    [Theory]
    [InlineData("mnist-ddpm", 0.9)]
    [InlineData("mnist-ddpm-plain", 0.8)]
    [InlineData("mnist-ddpm-class", 0.8)]       // told no class, and not guided
    public void It_draws_digits_of_every_kind_and_takes_at_most_8_megabytes(string name, double sure)
    {
        SampleQuality quality = Drawn(name);
        Assert.InRange(quality.Sure, sure, 1);                      // a hundred digits of which 19 in 20 are good have a standard error of 2 %
        Assert.All(quality.Shares, share => Assert.InRange(share, 0.01, 0.25));
        Assert.InRange(Directory.GetFiles(DataFolder.Find($"models/{name}")).Sum(file => new FileInfo(file).Length), 1_000_000, 8_000_000);
    }

    [Fact]
    public void The_one_that_knows_classes_draws_what_it_is_told()
    {
        Assert.InRange(Drawn("mnist-ddpm-class", All, 2).Followed!.Value, 0.9, 1);      // a tenth by chance
    }

    /// <summary>Where ε̂ is kept, each step adds what its clip took away, and specks grow with the number of steps.</summary>
    [Fact]
    public void Ddim_draws_digits_in_many_steps_too_because_the_noise_is_recomputed()
    {
        double Sure(bool recomputes) => Drawn("mnist-ddpm", steps: 200, eta: 0, recomputesNoise: recomputes, count: 40).Sure;
        Assert.InRange(Sure(true), 0.8, 1);
        Assert.InRange(Sure(false), 0, 0.8);
    }

    [Fact]
    public void Guided_ddim_does_so_only_where_the_noise_is_recomputed_from_the_clipped_x0()
    {
        double Followed(bool recomputes) => Drawn("mnist-ddpm-class", All, 2, 20, eta: 0, recomputes).Followed!.Value;
        Assert.InRange(Followed(true), 0.9, 1);
        Assert.InRange(Followed(false), 0.1, 0.9);
    }
}
