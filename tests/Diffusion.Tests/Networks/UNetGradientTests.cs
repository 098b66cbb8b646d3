using Diffusion.Devices;
using Diffusion.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Tests.Networks;

/// <summary>Whole U-Nets against themselves in float64: a convolution that is silently wrong shows here, whatever layer it hides in.</summary>
public sealed class UNetGradientTests
{
    public static TheoryData<int, int[], int, int?> Networks => new()
    {
        { 1, [32, 64, 64], 8, null },   // the shipped digits model's widths
        { 3, [32, 64, 128], 32, 8 },
        { 1, [20, 36, 52], 4, 4 },      // none a multiple of 16
        { 3, [16, 40, 48], 8, 24 },     // heads that do not divide the width: 1 of 24 in 40, 2 in 48
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_agree_with_float64(int channels, int[] widths, int groups, int? headChannels)
    {
        using var scope = NewDisposeScope();
        using UNet network = Build(channels, widths, groups, headChannels), exact = Double(network);
        var found = Gradients(network);
        var truth = Gradients(exact);

        Assert.Equal(truth.Keys, found.Keys);
        double whole = Length(truth.Values), apart = Length(truth.Select(g => found[g.Key] - g.Value));
        Assert.InRange(apart / whole, 1e-9, 1e-4);      // below 1e-9 it would not have been float32
        foreach (var (name, g) in truth)
        {
            // A gradient that is 0 by construction has no relative error: a key's bias moves all of a pixel's scores alike, and a
            // convolution's bias is taken out again by a norm with a group for each channel. It must be 0 beside the others.
            double error = Length([found[name] - g]), length = Math.Max(Length([g]), 1e-5 * whole);
            Assert.True(error / length < 1e-3, $"{name}: {error / length:0.0e0}");
        }
    }

    static double Length(IEnumerable<Tensor> parts) => Math.Sqrt(parts.Sum(part => part.pow(2).sum().item<double>()));

    [Fact]
    public void A_bfloat16_body_gives_nearly_the_direction_of_float64()
    {
        using var scope = NewDisposeScope();
        using UNet network = Build(1, [32, 64, 64], 8, null), exact = Double(network);
        network.BodyType = ScalarType.BFloat16;
        var found = Gradients(network);
        var truth = Gradients(exact);
        double Dot(IReadOnlyDictionary<string, Tensor> a, IReadOnlyDictionary<string, Tensor> b) => truth.Keys.Sum(name => (a[name] * b[name]).sum().item<double>());
        double cosine = Dot(found, truth) / Math.Sqrt(Dot(found, found) * Dot(truth, truth));
        Assert.InRange(cosine, 0.999, 1 - 1e-9);                // a type with three digits, 40 layers deep
        Assert.All(network.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    static UNet Build(int channels, int[] widths, int groups, int? headChannels)
    {
        Compute.Seed(31);
        return new UNet(new UNetConfig
        {
            SampleSize = 28,
            InChannels = channels,
            OutChannels = channels,
            BlockOutChannels = widths,
            LayersPerBlock = 1,
            DownBlockTypes = [UNetConfig.DownBlock, UNetConfig.DownBlock, UNetConfig.AttnDownBlock],
            UpBlockTypes = [UNetConfig.AttnUpBlock, UNetConfig.UpBlock, UNetConfig.UpBlock],
            NormNumGroups = groups,
            AttentionHeadDim = headChannels,
        });
    }

    static UNet Double(UNet network)
    {
        var copy = new UNet(network.Config);
        copy.load_state_dict(network.state_dict());
        return copy.to(ScalarType.Float64);
    }

    /// <summary>The gradient of a training loss, the mean squared error of the noise, on the same batch for every network; in float64.</summary>
    static Dictionary<string, Tensor> Gradients(UNet network)
    {
        Compute.Seed(32);
        long[] shape = [3, network.Config.InChannels, 28, 28];
        Tensor x = randn(shape), noise = randn(shape), t = tensor(new long[] { 1, 430, 1000 });
        Tensor predicted = network.Predict(x, t);
        (predicted - noise).pow(2).mean().backward();
        return network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.to(ScalarType.Float64));
    }
}
