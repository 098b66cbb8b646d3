using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Training;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests;

/// <summary>A training that begins from a trained network.</summary>
public class StartTests
{
    static UNet Trained(UNetConfig? config = null, long seed = 4)
    {
        Compute.Seed(seed);
        return new UNet(config ?? SmallUNet.Config);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ScalarType.BFloat16)]
    public void Told_classes_it_says_at_first_without_a_label_bit_for_bit_what_it_said(ScalarType? body)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using UNet trained = Trained();
        trained.BodyType = body;
        Compute.Seed(3);
        using UNet start = trained.StartOf(trained.Config.WithClasses(10));
        Assert.Equal((11, 10, body), (start.Config.NumClassEmbeds, start.Config.NullClass, start.BodyType));
        Tensor x = randn(11, 1, 8, 8), t = arange(11, ScalarType.Int64) * 99 + 1;
        Tensor unlabelled = full([11], 10L, ScalarType.Int64);
        Assert.Equal(trained.Predict(x, t).ToDoubles(), start.Predict(x, t, unlabelled).ToDoubles());
        Tensor classes = start.get_parameter("class_embedding.weight")!.narrow(0, 0, 10);      // (10, channels), as drawn for a new network
        double n = classes.numel();
        Assert.InRange(classes.mean().item<float>(), -4 / Math.Sqrt(n), 4 / Math.Sqrt(n));
        Assert.InRange(classes.square().mean().item<float>(), 1 - 4 * Math.Sqrt(2 / n), 1 + 4 * Math.Sqrt(2 / n));

        start.get_parameter("conv_in.bias")!.add_(1);       // its numbers are its own
        Assert.NotEqual(trained.get_parameter("conv_in.bias")!.ToDoubles(), start.get_parameter("conv_in.bias")!.ToDoubles());
    }

    [Fact]
    public void A_step_of_training_moves_every_class_and_the_null_class()
    {
        using UNet trained = Trained(), start = trained.StartOf(trained.Config.WithClasses(2));
        double[] before = start.get_parameter("class_embedding.weight")!.ToDoubles();
        Compute.Seed(8);
        using Tensor data = rand(32, 1, 8, 8) * 2 - 1, labels = arange(32, ScalarType.Int64) % 2;
        var options = new TrainingOptions { Steps = 1, BatchSize = 32, WarmUpSteps = 0, LabelDrop = 0.3 };
        using Trainer told = new(start, NoiseSchedule.Linear(), data, options, labels);
        Assert.Single(told.Run());
        Assert.All(before.Zip(start.get_parameter("class_embedding.weight")!.ToDoubles()), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void A_network_with_classes_goes_on_with_them()
    {
        using UNet trained = Trained(SmallUNet.Config.WithClasses(3)), start = trained.StartOf(SmallUNet.Config.WithClasses(3));
        Assert.Equal(trained.parameters().SelectMany(p => p.ToDoubles()), start.parameters().SelectMany(p => p.ToDoubles()));
        Assert.Equal(trained.Fingerprint(), start.Fingerprint());
    }

    [Fact]
    public void A_fingerprint_tells_networks_apart_by_a_single_number()
    {
        using UNet one = Trained(), same = Trained(), other = Trained();
        using (no_grad()) other.get_parameter("conv_out.bias")!.add_(1e-6);
        Assert.Equal(one.Fingerprint(), same.Fingerprint());
        Assert.NotEqual(one.Fingerprint(), other.Fingerprint());
        Assert.Matches("^[0-9a-f]{12}$", one.Fingerprint());
    }

    [Fact]
    public void Another_network_is_refused_by_the_option_that_differs()
    {
        using UNet plain = Trained(), ten = Trained(SmallUNet.Config with { NumClassEmbeds = 10 });
        Refused(plain, SmallUNet.Config with { BlockOutChannels = [8, 12] }, "block_out_channels is [8,12] and was [8,16]: a network goes on from one of its own shape");
        Refused(plain, (SmallUNet.Config with { ActFn = "gelu" }).WithClasses(3), "act_fn is \"gelu\" and was \"silu\"");
        Refused(ten, SmallUNet.Config.WithClasses(10), "num_class_embeds is 11 and was 10");
        Refused(ten, SmallUNet.Config, "num_class_embeds is null and was 10");

        static void Refused(UNet trained, UNetConfig config, string sentence) =>
            Assert.StartsWith(sentence, Assert.Throws<ArgumentException>(() => trained.StartOf(config)).Message);
    }
}
