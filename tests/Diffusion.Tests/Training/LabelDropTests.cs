using Course.Display;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Models;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using Diffusion.Training;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Tests.Training;

/// <summary>Training with classes of which some are dropped: Ho &amp; Salimans 2022, algorithm 1.</summary>
public class LabelDropTests
{
    const int Null = 2;
    static readonly NoiseSchedule schedule = NoiseSchedule.Linear();
    static readonly UNetConfig told = (SmallUNet.Config with { BlockOutChannels = [32, 32], NormNumGroups = 8 }).WithClasses(Null);

    // Eight by eight pixels all dark or all light, told by the class alone: at t = T the picture says nothing.
    static (Tensor Images, Tensor Labels) DarkAndLight()
    {
        Tensor labels = arange(64, ScalarType.Int64) % 2;
        return ((labels.to(ScalarType.Float32) * 1.6 - 0.8).view(64, 1, 1, 1).expand(64, 1, 8, 8).contiguous(), labels);
    }

    static Trainer OnDarkAndLight(TrainingOptions options, UNetConfig? config = null)
    {
        Compute.Seed(5);
        (Tensor images, Tensor labels) = DarkAndLight();
        return new Trainer(new UNet(config ?? told), schedule, images, options, labels);
    }

    static double[] Weights(Denoiser network) => [.. network.parameters().SelectMany(p => p.ToDoubles())];

    static void Go(Trainer trainer, long steps = long.MaxValue)
    {
        foreach (TrainingStep step in trainer.Run())
            if (step.Number >= steps) break;
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Labels_are_dropped_as_often_as_said_and_others_in_every_step(double p)
    {
        const int Batch = 100, Steps = 400, Draws = Batch * Steps;
        using var draws = new SeededDraws(100, Batch, 10, seed: 3);
        bool[][] steps = [.. Enumerable.Range(0, Steps).Select(k => Of(draws.Dropped(k, p)))];
        double Band(double probability) => 4 * Math.Sqrt(probability * (1 - probability) / Draws);
        Assert.InRange(steps.Sum(step => step.Count(dropped => dropped)) / (double)Draws, p - Band(p), p + Band(p));
        // Neighbours in a step, and the same place in two steps, are dropped together with probability p² (two pairs that share a draw: 1 + 2p/(1 + p) times the variance).
        double wider = Math.Sqrt(1 + 2 * p / (1 + p));
        double together = steps.Sum(step => Enumerable.Range(0, Batch).Count(i => step[i] && step[(i + 1) % Batch])) / (double)Draws;
        double again = Enumerable.Range(0, Steps).Sum(k => steps[k].Zip(steps[(k + 1) % Steps]).Count(pair => pair.First && pair.Second)) / (double)Draws;
        Assert.InRange(together, p * p - wider * Band(p * p), p * p + wider * Band(p * p));
        Assert.InRange(again, p * p - wider * Band(p * p), p * p + wider * Band(p * p));
        Assert.Equal(steps[7], Of(draws.Dropped(7, p)));

        static bool[] Of(Tensor mask)
        {
            using (mask) return [.. mask.cpu().data<bool>()];
        }
    }

    [Fact]
    public void The_other_draws_are_those_of_a_training_that_drops_none()
    {
        using SeededDraws some = new(60, 20, 10, seed: 3), none = new(60, 20, 10, seed: 3);
        using Tensor x = zeros(20, 1, 4, 4);
        for (int k = 0; k < 7; k++)
        {
            some.Dropped(k, 0.3).Dispose();
            Assert.Equal(none.Items(k).ToDoubles(), some.Items(k).ToDoubles());
            some.Dropped(k, 0.3).Dispose();
            ((Tensor T, Tensor Noise) a, (Tensor T, Tensor Noise) b) = (none.TimesAndNoise(k, x), some.TimesAndNoise(k, x));
            Assert.Equal(a.T.ToDoubles(), b.T.ToDoubles());
            Assert.Equal(a.Noise.ToDoubles(), b.Noise.ToDoubles());
        }
    }

    [Fact]
    public void A_steps_loss_is_that_of_the_null_class_where_a_label_is_dropped_and_of_the_class_elsewhere()
    {
        var options = new TrainingOptions { Steps = 4, BatchSize = 32, LabelDrop = 0.4, WarmUpSteps = 0, Seed = 6 };
        using Trainer trainer = OnDarkAndLight(options);
        (Tensor images, Tensor labels) = DarkAndLight();
        using var draws = new SeededDraws(64, 32, schedule.T, options.Seed);
        (double Dropped, double Kept) expected = Expected(0);
        foreach (TrainingStep step in trainer.Run())
        {
            double loss = step.Loss.item<float>();
            Assert.Equal(expected.Dropped, loss, 1e-5);
            Assert.NotEqual(expected.Kept, loss, 1e-5);
            expected = Expected(step.Number);       // with the weights that the next step begins from
        }

        (double Dropped, double Kept) Expected(long k)
        {
            using var scope = NewDisposeScope();
            using var noGraph = no_grad();
            Tensor items = draws.Items(k), x0 = images.index_select(0, items);
            long[] each = [.. labels.index_select(0, items).cpu().data<long>()];
            long[] some = [.. each.Zip(draws.Dropped(k, 0.4).cpu().data<bool>().ToArray(), (y, dropped) => dropped ? Null : y)];
            Assert.Contains((long)Null, some);
            (Tensor t, Tensor ε) = draws.TimesAndNoise(k, x0);
            Tensor xt = new ForwardProcess(schedule).Sample(x0, t, ε);
            double Loss(long[] y) => (trainer.Network.Predict(xt, t, tensor(y)) - ε).square().mean().item<float>();
            return (Loss(some), Loss(each));
        }
    }

    [Fact]
    public void One_network_learns_each_class_and_the_mean_of_all()
    {
        using Trainer trainer = OnDarkAndLight(new() { Steps = 200, BatchSize = 32, EmaDecay = 0.95, Parameterization = Parameterization.X0, LabelDrop = 0.25 });
        Go(trainer);
        using var noGraph = no_grad();
        Tensor noise = randn(16, 1, 8, 8), t = full([16], 1000L, dtype: ScalarType.Int64);
        double Drawn(long label) => trainer.Average.Predict(noise, t, full([16], label, dtype: ScalarType.Int64)).mean().item<float>();
        Assert.InRange(Drawn(0), -1, -0.4);
        Assert.InRange(Drawn(1), 0.4, 1);
        Assert.InRange(Drawn(Null), -0.3, 0.3);     // at t = T the best answer without a class is 0, half of ±0.8 each
    }

    [Fact]
    public void Stopped_and_resumed_it_drops_the_very_labels_it_would_have_dropped()
    {
        var options = new TrainingOptions { Steps = 12, BatchSize = 32, LabelDrop = 0.3 };
        using var scratch = new Golden.Scratch();
        using Trainer whole = OnDarkAndLight(options), stopped = OnDarkAndLight(options), resumed = OnDarkAndLight(options), none = OnDarkAndLight(options with { LabelDrop = 0 });
        Go(whole);
        Go(none);
        Go(stopped, 5);
        stopped.Save(scratch["c.safetensors"]);
        Assert.Equal(options, Checkpoint.OptionsOf(scratch["c.safetensors"]));
        resumed.Resume(scratch["c.safetensors"]);
        Go(resumed);
        Assert.Equal(Weights(whole.Network), Weights(resumed.Network));
        Assert.Equal(Weights(whole.Average), Weights(resumed.Average));
        Assert.NotEqual(Weights(none.Network), Weights(resumed.Network));
    }

    [Fact]
    public void A_checkpoint_is_gone_on_with_under_the_same_drop_start_and_teacher_and_an_older_one_had_none()
    {
        var options = new TrainingOptions { Steps = 6, BatchSize = 32 };
        using var scratch = new Golden.Scratch();
        string file = scratch["c.safetensors"], older = scratch["older.safetensors"];
        Refused(options with { LabelDrop = 0.3 }, options, "LabelDrop = 0.3, this one has 0");
        Refused(options, options with { LabelDrop = 0.3 }, "LabelDrop = 0, this one has 0.3");
        Refused(options with { Start = "one" }, options with { Start = "two" }, "Start = \"one\", this one has \"two\"");
        Refused(options with { Start = "one" }, options, "Start = \"one\", this one has null");
        Refused(options with { Teacher = "one" }, options with { Teacher = "two" }, "Teacher = \"one\", this one has \"two\"");

        options = options with { Parameterization = Parameterization.V };
        using Trainer whole = OnDarkAndLight(options), resumed = OnDarkAndLight(options);
        Go(whole, 3);
        whole.Save(file);
        using (SafeTensors written = SafeTensors.Open(file))
        {
            var notes = written.Metadata.Where(note => note.Key is not ("LabelDrop" or "Start" or "Teacher")).ToDictionary(note => note.Key, note => note.Value);
            Assert.Equal(written.Metadata.Count - 3, notes.Count);
            Assert.True(notes.Remove("Parameterization"));
            notes["Target"] = "\"Velocity\"";       // what it was called
            SafeTensors.Write(older, written.Tensors.Keys.ToDictionary(name => name, written.Read), notes);
        }
        Go(whole);
        Assert.Equal(options, Checkpoint.OptionsOf(older));
        resumed.Resume(older);
        Go(resumed);
        Assert.Equal(Weights(whole.Network), Weights(resumed.Network));

        void Refused(TrainingOptions written, TrainingOptions wanted, string part)
        {
            using Trainer first = OnDarkAndLight(written), second = OnDarkAndLight(wanted);
            Go(first, 2);
            first.Save(file);
            Assert.Contains(part, Assert.Throws<InvalidDataException>(() => second.Resume(file)).Message);
        }
    }

    [Fact]
    public void What_cannot_be_dropped_is_refused_in_one_sentence()
    {
        (Tensor images, Tensor labels) = DarkAndLight();
        var options = new TrainingOptions { Steps = 1, BatchSize = 8, LabelDrop = 0.1 };
        foreach (double p in new[] { -0.1, 1, double.NaN })
            Assert.StartsWith("LabelDrop is ", Assert.Throws<ArgumentOutOfRangeException>(() => OnDarkAndLight(options with { LabelDrop = p })).Message);
        const string NoNull = "LabelDrop is 0.1 and the network has no null class to put in a label's place: ";
        Refused(NoNull, told with { NullClass = null }, labels);
        Refused(NoNull, told with { NullClass = null, NumClassEmbeds = null }, null);
        Refused("The labels go from 1 to 2, expected 0 to 1: of the network's 3 classes the last stands for a dropped label.", told, labels + 1);
        Refused("The labels go from -1 to 0, expected 0 to 1", told, labels - 1);
        Refused("The network knows 3 classes, expected a label for each item.", told, null);
        using Trainer marked = new(new UNet(told), schedule, images, options with { LabelDrop = 0 }, labels + 1);    // without a drop, items may be marked as of no class

        void Refused(string sentence, UNetConfig config, Tensor? given) =>
            Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => new Trainer(new UNet(config), schedule, images, options, given)).Message);
    }
}
