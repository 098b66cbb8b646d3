using Course.Datasets;
using Course.Display;
using Course.Evaluation;
using Course.Toys;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using Diffusion.Training;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Tests.Training;

public class TrainerTests
{
    static readonly NoiseSchedule schedule = NoiseSchedule.Linear();
    static readonly UNetConfig small = SmallUNet.Config with { BlockOutChannels = [32, 32], NormNumGroups = 8 };

    static Trainer OnMoons(TrainingOptions options, int width = 32)
    {
        Compute.Seed(5);
        return new Trainer(new Mlp(2, width, layers: 2), schedule, Toy2D.Moons(1000), options);
    }

    // The middle 8×8 pixels of a hundred digits: a real U-Net and real data, small enough for thousands of steps.
    static Trainer OnDigits(TrainingOptions options, ScalarType? body = null)
    {
        Compute.Seed(5);
        Tensor digits = Mnist.Load(MnistSplit.Test).Images[..100, .., 10..18, 10..18].clone();
        return new Trainer(new UNet(small) { BodyType = body }, schedule, digits, options);
    }

    static double[] Weights(Denoiser network) => [.. network.parameters().SelectMany(p => p.ToDoubles())];

    static void Go(Trainer trainer, long steps = long.MaxValue)
    {
        foreach (TrainingStep step in trainer.Run())
            if (step.Number >= steps) break;
    }

    [Theory]
    [InlineData(0.999)]
    [InlineData(0.9)]
    public void A_step_is_that_of_torchs_own_AdamW_with_torchs_own_clipping(double beta2)
    {
        var options = new TrainingOptions { Steps = 20, BatchSize = 50, WarmUpSteps = 4, GradientClip = 0.5, WeightDecay = 0.1, Beta2 = beta2 };
        using Trainer trainer = OnMoons(options);
        using Denoiser twin = trainer.Network.Copy();
        using Tensor data = DataOf(1000);
        using var draws = new SeededDraws(1000, 50, schedule.T, options.Seed);
        using var adam = optim.AdamW(twin.parameters(), lr: 1, beta1: 0.9, beta2: beta2, eps: 1e-8, weight_decay: 0.1);
        var forward = new ForwardProcess(schedule);
        double[] mean = Weights(twin);
        foreach (TrainingStep step in trainer.Run())
        {
            using var scope = NewDisposeScope();
            Tensor x0 = data.index_select(0, draws.Items(step.Number - 1));
            (Tensor t, Tensor ε) = draws.TimesAndNoise(step.Number - 1, x0);
            adam.zero_grad();
            Tensor loss = nn.functional.mse_loss(twin.Predict(forward.Sample(x0, t, ε), t), ε);
            loss.backward();
            nn.utils.clip_grad_norm_(twin.parameters(), 0.5);
            foreach (var group in adam.ParamGroups) group.LearningRate = options.LearningRateOf(step.Number);
            adam.step();
            double d = options.EmaDecayOf(step.Number);
            mean = [.. mean.Zip(Weights(twin), (old, now) => d * old + (1 - d) * now)];
            Assert.Equal(loss.item<float>(), step.Loss.item<float>(), 1e-5);
        }
        Assert.All(Weights(twin).Zip(Weights(trainer.Network)), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        Assert.All(mean.Zip(Weights(trainer.Average)), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        Assert.True(Weights(twin).Zip(Weights(trainer.Average)).Max(pair => Math.Abs(pair.First - pair.Second)) > 2e-4);

        static Tensor DataOf(int n)
        {
            Compute.Seed(5);
            using var same = new Mlp(2, 32, layers: 2);
            return Toy2D.Moons(n);
        }
    }

    [Theory]
    [InlineData(Parameterization.Epsilon)]
    [InlineData(Parameterization.X0)]
    [InlineData(Parameterization.V)]
    public void Training_finds_the_best_denoiser_of_data_that_are_one_Gaussian(Parameterization target)
    {
        // x₀ ~ N(0, s²): E[x₀ | x_t] = √ᾱ s² x_t / (ᾱ s² + 1 − ᾱ), linear in x_t, and with it every target. The loss left over is compared with its variance.
        Compute.Seed(1);
        const double s = 0.5;
        var few = NoiseSchedule.Linear().Rescaled(20);
        using Tensor data = randn(20_000, 2) * s;
        using var trainer = new Trainer(new Mlp(2, 64, 2), few, data, new TrainingOptions { Steps = 1500, BatchSize = 256, Parameterization = target });
        Go(trainer);
        using var noGraph = no_grad();
        foreach (int t in new[] { 1, 10, 20 })
        {
            double ᾱ = few.AlphaBar[t], v = ᾱ * s * s + 1 - ᾱ, x0 = Math.Sqrt(ᾱ) * s * s / v, ε = Math.Sqrt(1 - ᾱ) / v;
            double slope = target switch { Parameterization.Epsilon => ε, Parameterization.X0 => x0, _ => Math.Sqrt(ᾱ) * ε - Math.Sqrt(1 - ᾱ) * x0 };
            using Tensor x = randn(4000, 2) * Math.Sqrt(v);
            using Tensor error = trainer.Average.Predict(x, t) - slope * x;
            Assert.True(error.square().mean().item<float>() < 0.01, $"{target}, t = {t}: {error.square().mean().item<float>()}");
        }
    }

    [Fact]
    public void In_bfloat16_the_loss_falls_as_in_float32()
    {
        // The same weights, digits, times and noise, in float32 and with the body in bfloat16: 500 steps, compared a hundred at a time.
        double[] exact = Losses(ScalarType.Float32), rough = Losses(ScalarType.BFloat16);
        for (int block = 0; block < 5; block++)
        {
            double[] there = exact[(100 * block)..(100 * block + 100)], here = rough[(100 * block)..(100 * block + 100)];
            Estimate scatter = Statistics.Mean(there);      // how far the mean of a hundred losses is known at all
            Assert.Equal(scatter.Value, here.Average(), scatter.StandardError);
        }
        Assert.NotEqual(exact[^1], rough[^1]);

        static double[] Losses(ScalarType body)
        {
            using Trainer trainer = OnDigits(new() { Steps = 500, BatchSize = 32 }, body);
            return [.. trainer.Run().Select(step => (double)step.Loss.item<float>())];
        }
    }

    [Fact]
    public void Stopped_and_resumed_it_ends_with_the_very_weights_of_never_stopping()
    {
        var options = new TrainingOptions { Steps = 12, BatchSize = 32, WarmUpSteps = 3, Seed = 9 };
        using var scratch = new Golden.Scratch();
        string file = scratch["checkpoint.safetensors"];
        using Trainer whole = OnDigits(options, ScalarType.BFloat16);
        Go(whole, steps: 4);
        whole.MeanLoss();
        Go(whole);
        whole.MeanLoss();
        using (Trainer first = OnDigits(options, ScalarType.BFloat16))
        {
            Go(first, steps: 4);
            first.MeanLoss();
            Go(first, steps: 1);            // in the middle of an epoch of three batches
            first.Save(file);
            Go(first, steps: 8);            // these steps are lost
        }
        using Trainer second = OnDigits(options with { }, ScalarType.BFloat16);
        Go(second, steps: 1);
        rand(17);                           // the caller's own draws change nothing
        second.Resume(file);
        Assert.Equal(5, second.StepsDone);
        Go(second);
        second.MeanLoss();

        Assert.Equal(Weights(whole.Network), Weights(second.Network));
        Assert.Equal(Weights(whole.Average), Weights(second.Average));
        Assert.Equal(whole.Losses, second.Losses);
        Assert.Equal([4, 12], second.Losses.Select(point => point.Step));
    }

    // Eight by eight pixels all dark or all light, told by the class alone: at t = T the picture says nothing.
    static (Tensor Images, Tensor Labels) DarkAndLight()
    {
        Tensor labels = arange(64, ScalarType.Int64) % 2;
        return ((labels.to(ScalarType.Float32) * 1.6 - 0.8).view(64, 1, 1, 1).expand(64, 1, 8, 8).contiguous(), labels);
    }

    static Trainer OnDarkAndLight(long steps)
    {
        Compute.Seed(5);
        (Tensor images, Tensor labels) = DarkAndLight();
        return new Trainer(new UNet(small with { NumClassEmbeds = 2 }), schedule, images, new() { Steps = steps, BatchSize = 32, EmaDecay = 0.95, Parameterization = Parameterization.X0 }, labels);
    }

    [Fact]
    public void A_network_that_is_told_the_class_learns_what_to_draw_of_it()
    {
        using Trainer trainer = OnDarkAndLight(150);
        Go(trainer);
        using var noGraph = no_grad();
        Tensor noise = randn(16, 1, 8, 8), t = full([16], 1000L, dtype: ScalarType.Int64);
        double Drawn(long label) => trainer.Average.Predict(noise, t, full([16], label, dtype: ScalarType.Int64)).mean().item<float>();
        Assert.InRange(Drawn(0), -1, -0.4);     // without the class the best answer is the mean of all, 0
        Assert.InRange(Drawn(1), 0.4, 1);
    }

    [Fact]
    public void Stopped_and_resumed_with_classes_it_ends_with_the_very_weights()
    {
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        try
        {
            using Trainer whole = OnDarkAndLight(12), stopped = OnDarkAndLight(12), resumed = OnDarkAndLight(12);
            Go(whole);
            Go(stopped, 5);
            stopped.Save(file);
            resumed.Resume(file);
            Go(resumed);
            Assert.Equal(Weights(whole.Network), Weights(resumed.Network));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused_in_one_sentence()
    {
        (Tensor images, Tensor labels) = DarkAndLight();
        using UNet two = new(small with { NumClassEmbeds = 2 }), none = new(small);
        var options = new TrainingOptions { Steps = 1, BatchSize = 8 };
        Refused("The network knows 2 classes, expected a label for each item.", two, null);
        Refused("The network knows no classes, expected no labels", none, labels);
        Refused("The labels are Int64 (63), expected Int64 (64)", two, labels[..63]);
        Refused("The labels go from 1 to 2, expected 0 to 1: set num_class_embeds to 3 or more.", two, labels + 1);

        void Refused(string sentence, UNet network, Tensor? given) =>
            Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => new Trainer(network, schedule, images, options, given)).Message);
    }

    [Fact]
    public void Every_epoch_sees_every_item_once_and_in_another_order()
    {
        using var draws = new SeededDraws(60, 20, 10, seed: 3);
        long[] Epoch(int first) => [.. Enumerable.Range(first, 3).SelectMany(k => draws.Items(k).cpu().data<long>().ToArray())];
        long[] one = Epoch(0), two = Epoch(3);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), one.Order());
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), two.Order());
        Assert.NotEqual(one, two);
        Assert.Equal(one, Epoch(0));
    }

    [Fact]
    public void Times_are_uniform_in_1_to_T_and_noise_is_standard_normal()
    {
        using var draws = new SeededDraws(100, 100, 10, seed: 3);
        using Tensor x = zeros(100, 1, 10, 10);
        var times = new List<long>();
        var noise = new List<double>();
        for (int k = 0; k < 50; k++)
        {
            (Tensor t, Tensor ε) = draws.TimesAndNoise(k, x);
            times.AddRange(t.cpu().data<long>());
            noise.AddRange(ε.ToDoubles().Take(200));
        }
        var counts = times.CountBy(t => t).ToDictionary();
        Assert.Equal(Enumerable.Range(1, 10).Select(t => (long)t), counts.Keys.Order());
        Assert.All(counts.Values, n => Assert.InRange(n, 500 - 4 * 21.3, 500 + 4 * 21.3));
        Assert.InRange(noise.Average(), -0.04, 0.04);
        Assert.InRange(noise.Average(z => z * z), 1 - 4 * 0.01415, 1 + 4 * 0.01415);
    }

    [Fact]
    public void Two_thousand_steps_leave_no_tensor_behind_and_no_memory()
    {
        using Trainer trainer = OnDigits(new TrainingOptions { Steps = 2000, BatchSize = 8 });
        long tensors = 0, after200 = 0;
        foreach (TrainingStep step in trainer.Run())
        {
            if (step.Number == 200) (tensors, after200) = (LiveTensors.Settled(), Resident());
            if (step.Number > 200 && step.Number % 300 == 0) Assert.Equal(tensors, Tensor.TotalCount);
        }
        Assert.Equal(tensors, Tensor.TotalCount + 1);       // the last step's loss was alive when they were counted
        Assert.True(Resident() < after200 + 50_000_000, $"{after200:N0} bytes after step 200, {Resident():N0} after step 2000");

        static long Resident()
        {
            GC.Collect();
            return System.Diagnostics.Process.GetCurrentProcess().WorkingSet64;
        }
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_with_one_sentence_and_leaves_the_weights()
    {
        Compute.Seed(1);
        using Tensor data = randn(64, 2);
        using var trainer = new Trainer(new Mlp(2, 16, 1), schedule, data, new TrainingOptions { Steps = 50, BatchSize = 64 });
        Go(trainer, steps: 3);
        double[] before = Weights(trainer.Network);
        data[10].fill_(float.NaN);
        const string Sentence = "The loss of step 4 is NaN, expected a number:";
        if (Compute.Device.type == TorchSharp.DeviceType.CPU)
        {
            Assert.StartsWith(Sentence, Assert.Throws<InvalidOperationException>(() => Go(trainer)).Message);
            Assert.Equal(before, Weights(trainer.Network));
            return;
        }
        Go(trainer, steps: 4);      // no step waits for a GPU: it is noticed when somebody asks
        Assert.StartsWith(Sentence, Assert.Throws<InvalidOperationException>(() => trainer.MeanLoss()).Message);
    }

    [Fact]
    public void A_checkpoint_that_does_not_fit_is_refused_in_one_sentence_and_nothing_changes()
    {
        var options = new TrainingOptions { Steps = 9, BatchSize = 100 };
        using var scratch = new Golden.Scratch();
        string file = scratch["checkpoint.safetensors"], other = scratch["other.safetensors"];
        using (Trainer trainer = OnMoons(options))
        {
            Go(trainer, steps: 3);
            trainer.Save(file);
            NetworkFile(trainer, other);
        }
        Refused(OnMoons(options, width: 16), file, "another network", "weights.input.weight");
        Refused(OnMoons(options with { BatchSize = 50 }), file, "BatchSize = 100", "this one has 50");
        Refused(OnMoons(options with { Seed = 4 }), file, "Seed");
        Refused(OnMoons(options), other, "no checkpoint");
        Compute.Seed(5);
        Refused(new Trainer(new Mlp(2, 32, layers: 2), NoiseSchedule.Cosine(), Toy2D.Moons(1000), options), file, "another schedule");
        File.WriteAllBytes(other, File.ReadAllBytes(file)[..5000]);
        Refused(OnMoons(options), other, "safetensors");
        Assert.Throws<FileNotFoundException>(() => OnMoons(options).Resume(scratch["none"]));

        static void Refused(Trainer trainer, string file, params string[] parts)
        {
            double[] before = Weights(trainer.Network);
            var error = Assert.Throws<InvalidDataException>(() => trainer.Resume(file));
            Assert.All([file, .. parts], part => Assert.Contains(part, error.Message));
            Assert.Equal(before, Weights(trainer.Network));
            Assert.Equal(0, trainer.StepsDone);
            trainer.Dispose();
        }

        static void NetworkFile(Trainer trainer, string path) => Diffusion.Models.Files.Weights.Save(trainer.Network, path);
    }

    [Fact]
    public void Options_out_of_range_and_too_few_data_are_refused_by_name()
    {
        var good = new TrainingOptions { Steps = 10 };
        foreach (var (options, name) in new (TrainingOptions, string)[]
        {
            (good with { Steps = 0 }, "Steps"), (good with { BatchSize = 0 }, "BatchSize"), (good with { LearningRate = 0 }, "LearningRate"),
            (good with { LearningRate = double.NaN }, "LearningRate"), (good with { EmaDecay = 1 }, "EmaDecay"), (good with { GradientClip = 0 }, "GradientClip"),
            (good with { WeightDecay = -1 }, "WeightDecay"), (good with { WarmUpSteps = -1 }, "WarmUpSteps"), (good with { Times = (TimeDraw)7 }, "Times"),
            (good with { Beta2 = 1 }, "Beta2"), (good with { Beta2 = -0.1 }, "Beta2"), (good with { Beta2 = double.NaN }, "Beta2"),
        })
            Assert.StartsWith($"{name} is ", Assert.Throws<ArgumentOutOfRangeException>(() => OnMoons(options)).Message);
        Assert.Contains("at least the batch of 2000", Assert.Throws<ArgumentException>(() => OnMoons(good with { BatchSize = 2000 })).Message);
    }
}
