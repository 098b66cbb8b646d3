using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Tests.Networks;

/// <summary>The norm that lies channels-last, with what was told before it and SiLU after it, against libtorch's operations one by one in float64.</summary>
public sealed class GroupNormTests
{
    public static TheoryData<ScalarType, int, int, int[], bool, bool> Cases => new()
    {
        { ScalarType.Float32, 32, 32, [7, 7], true, true },         // a group for each channel
        { ScalarType.Float32, 96, 8, [28, 28], true, true },
        { ScalarType.Float32, 64, 1, [5, 3], false, false },
        { ScalarType.Float32, 64, 4, [49], false, true },           // (B, C, N), as attention has it
        { ScalarType.BFloat16, 64, 8, [14, 14], true, true },
        { ScalarType.BFloat16, 128, 32, [8, 8], false, true },
        { ScalarType.BFloat16, 32, 8, [1, 1], true, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Output_and_every_gradient_agree_with_float64(ScalarType type, int channels, int groups, int[] size, bool isTold, bool activates)
    {
        using var scope = NewDisposeScope();
        Compute.Seed(11);
        long[] shape = [5, .. size.Select(side => (long)side), channels];
        Tensor Lying(double mean) => (randn(shape) + mean).to(type).movedim([-1], [1]);
        Tensor x = Lying(3), dy = Lying(0), told = isTold ? randn(5, channels).to(type) : zeros(5, channels);
        using var norm = new GroupNorm(groups, channels, 1e-5);
        using (no_grad()) foreach (Tensor parameter in norm.parameters()) parameter.normal_();
        Assert.True(FusedGroupNorm.Takes(x));

        Tensor[] exact = Gradients(ScalarType.Float64, (u, w, b) => F.group_norm(u, groups, w, b, 1e-5) is var z && activates ? F.silu(z) : z);
        Tensor[] found = Found();
        double tolerance = type == ScalarType.Float32 ? 2e-6 : 4e-3;    // float32 rounds at 6e-8, bfloat16 at 2e-3 once on the way out
        string[] names = ["y", "x", "weight", "bias", "told"];
        for (int i = 0; i < (isTold ? 5 : 4); i++)
        {
            // With a group for each channel or for each pixel some gradients are 0 by construction: they are measured against the others.
            double length = Math.Max(Norm(exact[i]), 1e-2 * Norm(exact[1]));
            double error = Norm(found[i].to(ScalarType.Float64) - exact[i]) / length;
            Assert.True(error < tolerance, $"{names[i]}: {error:0.0e0}");
        }

        Tensor[] Found()
        {
            Tensor input = x.detach().requires_grad_(), said = told.detach().requires_grad_();
            Tensor y = norm.Apply(input, isTold ? said : null, activates);
            Assert.Equal(x.shape, y.shape);
            Tensor[] leaves = [input, .. norm.parameters(), .. isTold ? [said] : Array.Empty<Tensor>()];
            return [y.detach(), .. autograd.grad([y], leaves, [dy])];
        }

        Tensor[] Gradients(ScalarType at, Func<Tensor, Tensor, Tensor, Tensor> compute)
        {
            Tensor input = x.to(at).detach().requires_grad_(), said = told.to(at).detach().requires_grad_();
            Tensor[] weights = [.. norm.parameters().Select(parameter => parameter.to(at).detach().requires_grad_())];
            Tensor u = input + said.view([5, channels, .. Enumerable.Repeat(1L, size.Length)]);
            Tensor y = compute(u, weights[0], weights[1]);
            return [y.detach(), .. autograd.grad([y], [input, .. weights, said], [dy.to(at)])];
        }
    }

    [Fact]
    public void A_mean_far_from_zero_costs_no_digits()
    {
        using var scope = NewDisposeScope();
        Compute.Seed(12);
        Tensor x = (randn(2, 64, 32) + 1000).movedim([-1], [1]);
        using var norm = new GroupNorm(8, 32, 1e-5);
        double error = Norm(norm.call(x).to(ScalarType.Float64) - F.group_norm(x.to(ScalarType.Float64), 8, eps: 1e-5)) / Math.Sqrt(x.numel());
        Assert.InRange(error, 0, 2e-4);     // x itself is known to 1000·2⁻²⁴ = 6e-5
    }

    [Fact]
    public void Extreme_inputs_give_the_limits_of_SiLU()
    {
        using var scope = NewDisposeScope();
        using var norm = new GroupNorm(1, 32, 1e-5);
        using (no_grad()) norm.get_parameter("weight")!.fill_(1e4);
        Tensor x = cat([full(1, 8, 32, -1.0), full(1, 8, 32, 1.0)], 1).movedim([-1], [1]);      // normed to ∓1, scaled to ∓10⁴
        double[] y = norm.Apply(x, null, activates: true).ToDoubles();
        Assert.All(y, value => Assert.True(Math.Abs(value) < 1e-20 || Math.Abs(value - 1e4) < 1));
    }

    static double Norm(Tensor tensor) => tensor.norm().item<double>();
}
