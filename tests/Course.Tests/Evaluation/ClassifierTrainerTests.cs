using Course.Datasets;
using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Course.Tests.Evaluation;

public class ClassifierTrainerTests
{
    static readonly TrainingOptions options = new() { Steps = 200, BatchSize = 32, LearningRate = 3e-3, WarmUpSteps = 10, EmaDecay = 0.9 };

    /// <summary>The loss of the first step and the mean of the last twenty, and the averaged weights.</summary>
    static (double First, double Last, double[] Weights) Train(Mnist digits, TrainingOptions how, NoiseSchedule? schedule = null)
    {
        Compute.Seed(2);
        using var network = new DigitClassifier(schedule?.T);
        using var trainer = new ClassifierTrainer(network, digits, how, schedule);
        double first = 0;
        foreach (long done in trainer.Run())
            if (done is 1) first = trainer.MeanLoss();
            else if (done == how.Steps - 20) trainer.MeanLoss();
        return (first, trainer.MeanLoss(), [.. trainer.Average.parameters().SelectMany(p => p.ToDoubles())]);
    }

    static void AssertLearned(double first, double last)
    {
        Assert.InRange(first, Math.Log(10) - 0.3, Math.Log(10) + 0.3);      // it knows nothing: ln 10 nats
        Assert.InRange(last, 0, Math.Log(10) / 2);                          // as of one who doubts between three digits, not ten
    }

    [Fact]
    public void It_learns_to_read()
    {
        using Mnist digits = Mnist.Load(MnistSplit.Test);
        var (first, last, _) = Train(digits, options);
        AssertLearned(first, last);
    }

    [Fact]
    public void Told_the_time_it_learns_from_noisy_digits_too()
    {
        using Mnist digits = Mnist.Load(MnistSplit.Test);
        var (first, last, _) = Train(digits, options, NoiseSchedule.Linear(100, allowResidualSignal: true));   // little noise: they can be read
        AssertLearned(first, last);
    }

    [Fact]
    public void One_seed_gives_one_network_and_another_another()
    {
        using Mnist digits = Mnist.Load(MnistSplit.Test);
        TrainingOptions few = options with { Steps = 25 };
        double[] weights = Train(digits, few).Weights;
        Assert.Equal(weights, Train(digits, few).Weights);
        Assert.NotEqual(weights, Train(digits, few with { Seed = 1 }).Weights);
    }

    [Fact]
    public void A_training_that_cannot_be_is_refused()
    {
        using Mnist digits = Mnist.Load(MnistSplit.Test);
        using DigitClassifier clean = new(), noisy = new(1000);
        Assert.StartsWith("There are 10000 digits, expected at least the batch of 20000.",
            Refused(() => new ClassifierTrainer(clean, digits, options with { BatchSize = 20_000 })));
        Assert.StartsWith("The network is made for T = 1000, and the schedule is none: expected the same.",
            Refused(() => new ClassifierTrainer(noisy, digits, options)));
        Assert.StartsWith("The network is made for clean digits, and the schedule is of T = 50: expected the same.",
            Refused(() => new ClassifierTrainer(clean, digits, options, NoiseSchedule.Linear().Rescaled(50))));

        static string Refused(Func<object> act) => Assert.Throws<ArgumentException>(act).Message;
    }

    [Fact]
    public void Distortion_moves_turns_and_sizes_digits_as_it_says_and_leaves_paper_paper()
    {
        using var scope = NewDisposeScope();
        Tensor digits = Mnist.Load(MnistSplit.Test).Images[..3], draws = zeros(3, Distortion.Numbers);
        Assert.InRange((Distortion.Of(digits, draws) - digits).abs().max().item<float>(), 0, 1e-5);

        draws.select(1, 2).fill_(-0.5);     // a pixel to the right: each place takes what was a pixel to its left
        Tensor moved = Distortion.Of(digits, draws);
        Assert.InRange((moved[.., .., .., 1..] - digits[.., .., .., ..27]).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange((moved[.., .., .., ..1] + 1).abs().max().item<float>(), 0, 1e-5);

        Compute.Seed(6);
        Assert.InRange((Distortion.Of(-ones_like(digits), 2 * rand(3, Distortion.Numbers) - 1) + 1).abs().max().item<float>(), 0, 1e-5);

        // A square of ink grows by (1 ± 0.1)² and keeps its area when it is turned; bilinear edges blur, but keep the sum within a part in a hundred.
        Tensor square = -ones(1, 1, 28, 28);
        square[.., .., 9..19, 9..19] = 1;
        Assert.Equal(200.0, InkOf(0, 0), 1e-3);
        Assert.Equal(200 / 1.21, InkOf(0, 1), 2.0);
        Assert.Equal(200 / 0.81, InkOf(0, -1), 2.0);
        Assert.Equal(200.0, InkOf(1, 0), 2.0);

        double InkOf(float angle, float size) => (Distortion.Of(square, tensor(new float[,] { { angle, size, 0, 0 } })) + 1).sum().item<float>();
    }
}
