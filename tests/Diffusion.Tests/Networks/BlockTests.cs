using Diffusion.Devices;
using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Tests.Networks;

/// <summary>The pieces against their formulas, written out in plain numbers.</summary>
public sealed class BlockTests
{
    [Theory]
    [InlineData(8, false, 1.0)]
    [InlineData(8, true, 0.0)]
    [InlineData(7, true, 0.5)]
    public void The_sinusoid_is_sines_and_cosines_of_geometric_frequencies(int channels, bool cosinesFirst, double shift)
    {
        using var scope = NewDisposeScope();
        using var embedding = new Timesteps(channels, cosinesFirst, shift);
        double[] times = [0, 1, 437, 999];
        Tensor found = embedding.call(tensor(new long[] { 0, 1, 437, 999 }));
        Assert.Equal(ScalarType.Float32, found.dtype);
        int n = channels / 2;
        double[] expected = [.. times.SelectMany(t =>
        {
            double[] angles = [.. Enumerable.Range(0, n).Select(i => t * Math.Pow(10_000, -i / (n - shift)))];
            double[] sines = [.. angles.Select(Math.Sin)], cosines = [.. angles.Select(Math.Cos)];
            return (cosinesFirst ? cosines.Concat(sines) : sines.Concat(cosines)).Concat(Enumerable.Repeat(0.0, channels % 2));
        })];
        Assert.Equal(expected.Length, found.numel());
        foreach (var (e, f) in expected.Zip(found.ToDoubles())) Assert.Equal(e, f, 2e-4);   // an angle near 999 is known to 6e-5 in float32
    }

    [Theory]
    [InlineData(12, null)]
    [InlineData(12, 4)]
    [InlineData(10, 4)]     // two heads of 4, and 2 channels that no head looks at
    public void Attention_is_softmax_of_q_times_k_over_the_root_of_d_times_v(int channels, int? headChannels)
    {
        Compute.Seed(41);
        using var scope = NewDisposeScope();
        using var attention = new Attention(channels, groups: 2, new UNetConfig { AttentionHeadDim = headChannels }, scale: 1.5);
        Tensor x = randn(1, channels, 2, 3);
        double[] found = attention.call(x).ToDoubles();

        int d = headChannels ?? channels, heads = channels / d, inner = heads * d, pixels = 6;
        Tensor normed = nn.functional.group_norm(x.to(ScalarType.Float64), 2, eps: 1e-5).view(channels, pixels).t();    // scale 1, shift 0 at the start
        double[] Project(string name) =>
            nn.functional.linear(normed, attention.get_parameter($"{name}.weight")!.to(ScalarType.Float64), attention.get_parameter($"{name}.bias")!.to(ScalarType.Float64)).ToDoubles();
        double[] q = Project("to_q"), k = Project("to_k"), v = Project("to_v"), answer = new double[pixels * inner];
        for (int head = 0; head < heads; head++)
            for (int p = 0; p < pixels; p++)
            {
                double[] weight = [.. Enumerable.Range(0, pixels).Select(other =>
                    Math.Exp(Enumerable.Range(head * d, d).Sum(c => q[p * inner + c] * k[other * inner + c]) / Math.Sqrt(d)))];
                for (int c = head * d; c < (head + 1) * d; c++)
                    answer[p * inner + c] = Enumerable.Range(0, pixels).Sum(other => weight[other] / weight.Sum() * v[other * inner + c]);
            }
        double[] w = attention.get_parameter("to_out.0.weight")!.ToDoubles(), b = attention.get_parameter("to_out.0.bias")!.ToDoubles(), input = x.ToDoubles();
        for (int c = 0; c < channels; c++)
            for (int p = 0; p < pixels; p++)
            {
                double y = b[c] + Enumerable.Range(0, inner).Sum(i => w[c * inner + i] * answer[p * inner + i]);
                Assert.Equal((input[c * pixels + p] + y) / 1.5, found[c * pixels + p], 1e-5);
            }
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 5e-2)]
    public void The_fused_kernel_gives_the_same_answers_and_gradients_as_the_formula(ScalarType type, double tolerance)
    {
        Compute.Seed(45);
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(_ => randn(2, 3, 20, 8))];
        Tensor cotangent = randn(2, 3, 20, 8);
        Tensor[] Evaluate(Func<Tensor, Tensor, Tensor, Tensor> attend, ScalarType at)
        {
            Tensor[] qkv = [.. inputs.Select(input => input.to(at).detach().clone().requires_grad_())];
            Tensor y = attend(qkv[0], qkv[1], qkv[2]);
            y.backward([cotangent.to(at)]);
            return [y.detach(), .. qkv.Select(input => input.grad!)];
        }
        Tensor[] exact = Evaluate(Attention.WrittenOut, ScalarType.Float64);
        foreach (var attend in new[] { Attention.WrittenOut, Attention.Fused })
            foreach (var (e, found) in exact.Zip(Evaluate(attend, type)))
                Assert.InRange(((found.to(ScalarType.Float64) - e).norm() / e.norm()).item<double>(), 0, tolerance);
    }

    [Fact]
    public void A_residual_block_adds_the_time_between_its_convolutions()
    {
        Compute.Seed(42);
        using var scope = NewDisposeScope();
        UNetConfig config = new() { NormNumGroups = 2, NormEps = 1e-3, TimeEmbeddingDim = 5 };
        using var block = new ResnetBlock2D(4, 6, config, scale: 2);
        Tensor x = randn(2, 4, 4, 4), time = randn(2, 5);
        Tensor found = block.call(x, time).to(ScalarType.Float64);

        Tensor P(string name) => block.get_parameter(name)!.to(ScalarType.Float64);
        Tensor SiLU(Tensor z) => z * z.sigmoid();
        Tensor Conv(Tensor z, string name, long padding) => nn.functional.conv2d(z, P($"{name}.weight"), P($"{name}.bias"), padding: [padding, padding]);
        Tensor exact = x.to(ScalarType.Float64), h = Conv(SiLU(nn.functional.group_norm(exact, 2, eps: 1e-3)), "conv1", 1);
        h += (SiLU(time.to(ScalarType.Float64)).matmul(P("time_emb_proj.weight").t()) + P("time_emb_proj.bias")).view(2, 6, 1, 1);
        h = Conv(SiLU(nn.functional.group_norm(h, 2, eps: 1e-3)), "conv2", 1);
        Assert.InRange(((Conv(exact, "conv_shortcut", 0) + h) / 2 - found).abs().max().item<double>(), 0, 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Halving_looks_at_every_second_pixel_and_its_neighbours(int padding)
    {
        Compute.Seed(43);
        using var scope = NewDisposeScope();
        using var layer = new Downsample2D(1, padding);
        Tensor x = randn(1, 1, 4, 4);
        double[] found = layer.call(x).ToDoubles(), image = x.ToDoubles();
        double[] weight = layer.get_parameter("conv.weight")!.ToDoubles(), bias = layer.get_parameter("conv.bias")!.ToDoubles();
        Assert.Equal(4, found.Length);
        for (int row = 0; row < 2; row++)
            for (int column = 0; column < 2; column++)
            {
                double sum = bias[0];
                for (int k = 0; k < 9; k++)
                {
                    int y = 2 * row + k / 3 - padding, z = 2 * column + k % 3 - padding;    // with 0 the window hangs over to the right and below
                    if (y is >= 0 and < 4 && z is >= 0 and < 4) sum += weight[k] * image[y * 4 + z];
                }
                Assert.Equal(sum, found[row * 2 + column], 1e-5);
            }
    }

    [Fact]
    public void Doubling_repeats_every_pixel_before_it_smooths()
    {
        Compute.Seed(44);
        using var scope = NewDisposeScope();
        using var layer = new Upsample2D(1);
        using (no_grad())
        {
            layer.get_parameter("conv.weight")!.copy_(tensor(new float[] { 0, 0, 0, 0, 1, 0, 0, 0, 0 }).view(1, 1, 3, 3)); // leaves the image as it is
            layer.get_parameter("conv.bias")!.zero_();
        }
        Assert.Equal([1.0, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], layer.call(tensor(new float[] { 1, 2, 3, 4 }).view(1, 1, 2, 2)).ToDoubles());
    }
}
