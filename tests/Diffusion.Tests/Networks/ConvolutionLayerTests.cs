using Diffusion.Devices;
using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Tests.Networks;

public sealed class Conv2dTests
{
    /// <summary>float32 rounds at 6e-8 and a sum of 1,152 products at about 1e-6; bfloat16 rounds at 4e-3. A fault is off by 0.01 or NaN.</summary>
    static double Tolerance(ScalarType type) => type == ScalarType.Float32 ? 1e-5 : 3e-2;

    [Theory]
    [InlineData(ScalarType.Float32, 3, 1)]
    [InlineData(ScalarType.Float32, 3, 2)]
    [InlineData(ScalarType.Float32, 1, 1)]
    [InlineData(ScalarType.BFloat16, 3, 1)]
    [InlineData(ScalarType.BFloat16, 3, 2)]
    [InlineData(ScalarType.BFloat16, 1, 1)]
    public void Output_and_gradients_agree_with_float64_for_every_channel_count(ScalarType type, long kernel, long stride)
    {
        ConvolutionSelfCheck.EnsureRun();
        using var generator = new Generator(20, CPU);
        long[] channels = [1, 2, 3, 5, 16, 17, 24, 32, 33, 48, 64, 96];
        var wrong = from inChannels in channels
                    from outChannels in channels
                    from size in new long[] { 7, 14 }
                    let error = ConvolutionSelfCheck.RelativeError(inChannels, outChannels, kernel, stride, size, batch: 3, type, generator)
                    where !(error < Tolerance(type))
                    select $"{inChannels}→{outChannels} at {size}×{size}: {error:0.0e0}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void It_agrees_with_a_convolution_written_out_in_float64()
    {
        Compute.Seed(3);
        using var scope = NewDisposeScope();
        using var layer = new ConvolutionLayer(2, 3, kernelSize: 3, stride: 2, padding: 1);
        Tensor x = randn(1, 2, 5, 6);
        double[] found = layer.forward(x).ToDoubles(), input = x.ToDoubles();
        double[] weight = layer.get_parameter("weight")!.ToDoubles(), bias = layer.get_parameter("bias")!.ToDoubles();
        for (int o = 0, at = 0; o < 3; o++)
            for (int row = 0; row < 3; row++)
                for (int column = 0; column < 3; column++, at++)
                {
                    double sum = bias[o];
                    for (int i = 0; i < 2; i++)
                        for (int k = 0; k < 9; k++)
                        {
                            int y = 2 * row + k / 3 - 1, z = 2 * column + k % 3 - 1;
                            if (y is >= 0 and < 5 && z is >= 0 and < 6) sum += weight[(o * 2 + i) * 9 + k] * input[(i * 5 + y) * 6 + z];
                        }
                    Assert.Equal(sum, found[at], 1e-5);
                }
    }

    [Fact]
    public void Parameters_have_the_names_shapes_and_spread_of_pytorch()
    {
        Compute.Seed(4);
        using var layer = new ConvolutionLayer(16, 40, 3);
        Assert.Equal(["weight", "bias"], layer.named_parameters().Select(p => p.name));
        Assert.Equal([40L, 16, 3, 3], layer.get_parameter("weight")!.shape);
        double bound = 1 / Math.Sqrt(16 * 9), largest = layer.get_parameter("weight")!.ToDoubles().Max(Math.Abs);
        Assert.InRange(largest, 0.99 * bound, bound); // 5,760 uniform draws: the largest misses the top 1 % with probability e⁻⁵⁸
    }

    [Fact]
    public void The_self_check_trusts_this_machine_and_leaves_the_seed_alone()
    {
        Compute.Seed(5);
        using Tensor before = randn(1);
        Compute.Seed(5);
        Assert.InRange(ConvolutionSelfCheck.WorstError(), 0, 1e-5);
        using Tensor after = randn(1);
        Assert.True(ConvolutionSelfCheck.AreTrusted);
        Assert.Equal(before.item<float>(), after.item<float>());
    }

    [Fact]
    public void Without_onednn_convolutions_are_right_too()
    {
        Assert.True(LibTorchContext.TrySetOneDnn(false));
        try { Assert.InRange(ConvolutionSelfCheck.WorstError(), 0, 1e-5); }
        finally { LibTorchContext.TrySetOneDnn(true); }
    }
}
