using Course.Benchmarks;
using Diffusion.Devices;
using Diffusion.Networks;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Course.Tests.Benchmarks;

/// <summary>What the figures of <c>workbook bench</c> are computed from. The whole run is tested as the program, in Workbook.Tests.</summary>
public sealed class BenchmarkTests
{
    [Fact]
    public void The_timed_network_has_the_size_and_the_work_of_the_one_it_is_compared_with()
    {
        using var network = new UNet(Benchmark.Config);
        Assert.InRange(network.parameters().Sum(parameter => parameter.numel()), 3_850_000, 3_950_000);

        // Layer by layer as the architecture says, attention's two products included.
        double expected = 2 * Conv(1, 32, 32) + 2.0 * (32 * 128 + 128 * 128)
            + 2 * Block(32, 32, 32) + Conv(32, 32, 16)
            + Block(32, 64, 16) + Block(64, 64, 16) + Conv(64, 64, 8)
            + Block(64, 128, 8) + Block(128, 128, 8) + 2 * Attention(128, 8)
            + 2 * Block(128, 128, 8) + Attention(128, 8)
            + 2 * Block(256, 128, 8) + Block(192, 128, 8) + 3 * Attention(128, 8) + Conv(128, 128, 16)
            + Block(192, 64, 16) + Block(128, 64, 16) + Block(96, 64, 16) + Conv(64, 64, 32)
            + Block(96, 32, 32) + 2 * Block(64, 32, 32);
        var work = new NetworkWork(network, 32);
        Assert.Equal(1, work.Operations / expected, 1e-12);
        Assert.Equal([new(64, 64, 3, 32), new(128, 128, 3, 16)], work.Largest.OrderBy(convolution => convolution.In));

        static double Conv(double from, double to, double size) => 2 * 9 * from * to * size * size;
        static double Block(double from, double to, double size) =>
            Conv(from, to, size) + Conv(to, to, size) + 2 * 128 * to + (from == to ? 0 : 2 * from * to * size * size);
        static double Attention(double channels, double size) => 4 * 2 * channels * channels * size * size + 4 * Math.Pow(size, 4) * channels;
    }

    [Fact]
    public void The_bound_of_training_is_one_forward_pass_and_two_of_the_gradients_work()
    {
        var rate = new MachineRates.ConvolutionRate(Forward: 8e9, Backward: 4e9);
        Assert.Equal(8, rate.ForwardImages(1e9));
        Assert.Equal(1 / (1 / 8.0 + 2 / 4.0), rate.TrainingImages(1e9), 1e-12);
    }

    [Fact]
    public void The_median_ignores_a_hiccup()
    {
        Assert.Equal(2, Stopwatches.Median([1, 900, 2]));
        Assert.Equal(2.5, Stopwatches.Median([4, 1, 3, 2]));
        int calls = 0;
        Assert.Equal(3, Stopwatches.Times(() => calls++, repetitions: 9, budget: 0).Count);
        Assert.Equal(4, calls);     // the first is not counted
    }

    [Fact]
    public void Agreement_with_float64_tells_float32_from_bfloat16()
    {
        Compute.Seed(3);
        using var network = new UNet(SmallUNet.Config);
        GradientAgreement single = GradientAgreement.Of(network, batch: 2, size: 8);
        Assert.InRange(single.RelativeError, 1e-9, 1e-4);
        Assert.InRange(single.Cosine, 1 - 1e-8, 1 + 1e-12);
        network.BodyType = ScalarType.BFloat16;
        GradientAgreement half = GradientAgreement.Of(network, batch: 2, size: 8);
        Assert.InRange(half.RelativeError, 1e-3, 0.3);
        Assert.Equal(ScalarType.BFloat16, network.BodyType);
        Assert.All(network.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Fact]
    public void A_figure_stands_beside_its_bound()
    {
        string line = new Measurement("train", "training", 50, "images/s", 200, "convolutions alone", "over a part").ToString();
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("training 50.0 images/s convolutions alone 200, reached 25 % (over a part)", string.Join(' ', words));
        Assert.DoesNotContain("reached", new Measurement("cosine", "cosine", 0.9996, "", 0.999, "at least").ToString());
    }
}
