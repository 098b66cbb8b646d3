using Course.Display;
using Diffusion.Devices;
using Diffusion.Models;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Shared.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Tests.Sampling;

/// <summary>Guidance against its formula, computed here from two forwards.</summary>
public sealed class GuidanceTests : IDisposable
{
    const int Null = 3;
    static readonly UNetConfig told = SmallUNet.Config.WithClasses(Null);

    readonly Golden.Scratch scratch = new();
    readonly PretrainedModel model;

    public GuidanceTests()
    {
        model = Opened("told", told);
    }

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    PretrainedModel Opened(string name, UNetConfig config)
    {
        Compute.Seed(2);
        using var network = new UNet(config);
        network.Save(scratch[name]);
        SchedulerConfig.Save(scratch[name], NoiseSchedule.Linear());
        return PretrainedModel.Open(scratch[name]);
    }

    static double[] Drawn(GeneratedSamples draws)
    {
        using (draws) return draws.Samples.ToDoubles();
    }

    static double Largest(IEnumerable<double> a, IEnumerable<double> b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    public void It_is_the_unconditional_prediction_and_w_times_what_the_class_adds(double w)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using UNet network = new UNet(told).to(ScalarType.Float64);
        Tensor x = randn(4, 1, 8, 8, ScalarType.Float64), t = tensor(new long[] { 1, 300, 700, 1000 }), y = tensor(new long[] { 0, 1, 2, 1 });
        double[] class1 = network.Predict(x, t, y).ToDoubles(), any = network.Predict(x, t, full_like(y, Null)).ToDoubles();
        double[] expected = [.. class1.Zip(any, (c, u) => u + w * (c - u))], found = network.PredictGuided(x, t, y, w).ToDoubles();
        Assert.InRange(Largest(expected, found), 0, 1e-12);
        Assert.True(Largest(class1, any) > 1e-2);
        if (w == 1) Assert.Equal(class1, found);
        if (w == 0) Assert.InRange(Largest(any, found), 0, 1e-12);
    }

    [Fact]
    public void A_draw_takes_the_guided_step()
    {
        // One step from t = 1 ends at x̂₀ = (x − √(1−ᾱ₁)·ε̂)/√ᾱ₁, clipped.
        using var noise = new SeededNoise(6, 0, 3, 1, 8, 8);
        using Tensor x = noise.Next(), t = ones(3, ScalarType.Int64), y = full([3], 2L, dtype: ScalarType.Int64);
        using var noGraph = no_grad();
        double[] class2 = model.Network.Predict(x, t, y).ToDoubles(), any = model.Network.Predict(x, t, full_like(y, Null)).ToDoubles();
        // Numbers up to 4 are rounded by 2⁻²² in float32, a few times over. The network rounds otherwise in a batch of 6 than in one of 3: that counts
        // √(1−ᾱ₁), a hundredth, for each prediction as often as the weights of the line say.
        double[] class2Of6 = model.Network.Predict(cat([x, x]), cat([t, t]), cat([y, full_like(y, Null)])).chunk(2)[0].ToDoubles();
        double rounding = Largest(class2, class2Of6);
        Assert.InRange(rounding, 0, 1e-4);
        double ᾱ = model.Scheduler.Schedule.AlphaBar[1];      // as its file means it, in float32: 1 − ᾱ₁ has four digits
        foreach (double w in new[] { 0.0, 1, 4 })
        {
            double[] expected = [.. x.ToDoubles().Select((xi, i) => Math.Clamp((xi - Math.Sqrt(1 - ᾱ) * (any[i] + w * (class2[i] - any[i]))) / Math.Sqrt(ᾱ), -1, 1))];
            Assert.InRange(Largest(expected, Drawn(model.Draw(model.Scheduler.Sampler(1), 3, 6, classes: [2], guidance: w))), 0, 2e-6 + 2 * Math.Sqrt(1 - ᾱ) * (Math.Abs(w) + Math.Abs(1 - w)) * rounding);
        }
        Assert.True(Math.Sqrt(1 - ᾱ) * 3 * Largest(class2, any) > 1e-3);    // w = 1 and w = 4 are told apart
    }

    [Fact]
    public void Without_a_class_any_is_drawn_and_a_guidance_of_1_changes_nothing()
    {
        Sampler sampler = model.Scheduler.Sampler(6);
        double[] any = Drawn(model.Draw(sampler, 3, 5)), of1 = Drawn(model.Draw(sampler, 3, 5, classes: [1]));
        Assert.Equal(any, Drawn(model.Draw(sampler, 3, 5, classes: [Null])));
        Assert.Equal(of1, Drawn(model.Draw(sampler, 3, 5, classes: [1], guidance: 1)));
        Assert.True(Largest(any, of1) > 0.01);
        using PretrainedModel mustBeTold = Opened("mustBeTold", told with { NullClass = null });
        Assert.Contains("got no labels", Assert.Throws<ArgumentException>(() => mustBeTold.Draw(sampler, 1, 1)).Message);
        Assert.Equal(of1, Drawn(mustBeTold.Draw(sampler, 3, 5, classes: [1])));
    }

    [Fact]
    public void Several_classes_are_drawn_in_turn_whatever_the_batch()
    {
        // One step, so that batches of other sizes differ by the rounding of one forward.
        Sampler sampler = model.Scheduler.Sampler(1);
        double[][] each = [.. Enumerable.Range(0, 3).Select(y => Drawn(model.Draw(sampler, 7, 5, classes: [y], guidance: 2)))];
        double[] turns = Drawn(model.Draw(sampler, 7, 5, batch: 2, classes: [0, 1, 2], guidance: 2));
        Assert.All(turns.Chunk(64).Index(), sample => Assert.InRange(Largest(each[sample.Index % 3].Skip(64 * sample.Index), sample.Item), 0, 2e-6));
        Assert.True(Largest(each[0], each[1]) > 1e-4);
    }

    [Fact]
    public void A_file_of_tensors_says_which_class_each_was_to_be()
    {
        Assert.Equal([2, 0, 2, 0, 2], Classes([2, 0])!);
        Assert.Null(Classes(null));

        double[]? Classes(int[]? asked)
        {
            using (GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(1), 5, 1, classes: asked)) draws.Save(scratch["drawn.safetensors"]);
            using var file = SafeTensors.Open(scratch["drawn.safetensors"]);
            return file.Tensors.ContainsKey("classes") ? file.Read("classes").ToDoubles() : null;
        }
    }

    [Fact]
    public void Several_classes_stand_in_a_column_each()
    {
        Assert.InRange(HeightToWidth("all.png", [0, 1, 2]) / HeightToWidth("one.png", [1]), 1.5, 2.5);      // 16 images: 3 columns of 6, and 4 of 4

        double HeightToWidth(string name, int[] classes)
        {
            using GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(1), 16, 1, classes: classes);
            Assert.Equal(classes, draws.Classes);
            draws.Save(scratch[name]);
            using ImageMagick.MagickImage picture = new(scratch[name]);
            return (double)picture.Height / picture.Width;
        }
    }

    [Fact]
    public void What_cannot_be_guided_is_refused_in_one_sentence()
    {
        Sampler sampler = model.Scheduler.Sampler(2);
        using PretrainedModel mustBeTold = Opened("mustBeTold", told with { NullClass = null }), plain = Opened("plain", SmallUNet.Config);
        Assert.StartsWith("Guidance needs a network that was trained with dropped labels", Refused(() => mustBeTold.Draw(sampler, 1, 1, classes: [1], guidance: 2)));
        Assert.StartsWith("guidance is 2 and no class is given to be guided to", Refused(() => model.Draw(sampler, 1, 1, guidance: 2)));
        Assert.StartsWith("The guidance is NaN, expected a finite number", Refused(() => model.Draw(sampler, 1, 1, classes: [1], guidance: double.NaN)));
        Assert.StartsWith("classes is empty", Refused(() => model.Draw(sampler, 1, 1, classes: [])));
        Assert.StartsWith("labels go from 4 to 4, expected 0 to 3", Refused(() => model.Draw(sampler, 1, 1, classes: [4])));
        Assert.StartsWith("This network knows no classes", Refused(() => plain.Draw(sampler, 1, 1, classes: [0])));

        static string Refused(Action draw) => Assert.ThrowsAny<ArgumentException>(draw).Message;
    }

    [Theory]
    [InlineData("\"num_class_embeds\": 11, \"_null_class\": 9")]
    [InlineData("\"num_class_embeds\": 1, \"_null_class\": 0")]
    [InlineData("\"_null_class\": 10")]
    [InlineData("\"num_class_embeds\": 11, \"class_embed_type\": \"timestep\", \"_null_class\": 10")]
    public void A_null_class_is_the_last_of_at_least_two(string options)
    {
        File.WriteAllText(scratch["config.json"], $"{{{options}}}");
        Assert.Contains("_null_class is ", Assert.Throws<InvalidDataException>(() => UNetConfigJson.Read(scratch["config.json"])).Message);
    }

    [Fact]
    public void A_config_keeps_its_null_class_and_one_without_says_nothing_of_it()
    {
        SmallUNet.Config.WithClasses(10).Write(scratch["config.json"]);
        UNetConfig read = UNetConfigJson.Read(scratch["config.json"]);
        Assert.Equal((11, 10, 11), (read.NumClassEmbeds, read.NullClass, read.Classes));
        Assert.DoesNotContain("_null_class", SmallUNet.Config.ToJson());
    }
}
