using Diffusion.Devices;
using Diffusion.Objective;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Tests.Objective;

public sealed class DiscretisedGaussianTests
{
    static Tensor Levels => arange(0, 256, dtype: ScalarType.Float64).unsqueeze(1) * (2.0 / 255) - 1;      // (256, 1)

    static double[] Log(double mean, double σ)
    {
        using var scope = NewDisposeScope();
        return DiscretisedGaussian.LogProbability(Levels, mean, σ * σ).ToDoubles();
    }

    [Theory]
    [InlineData(0.3, 0.01)]
    [InlineData(0.3001, 0.0004)]
    [InlineData(-1.7, 0.02)]
    [InlineData(1, 0.1)]
    [InlineData(40, 3)]
    public void The_probabilities_of_the_256_values_sum_to_1(double mean, double σ)
    {
        Assert.Equal(1, Log(mean, σ).Sum(Exp), 1e-12);
    }

    [Fact]
    public void Each_is_the_integral_over_its_interval()
    {
        const double μ = 0.2, σ = 0.013;
        double[] log = Log(μ, σ);
        for (int k = 120; k <= 190; k += 5)
        {
            double x = 2.0 * k / 255 - 1, sum = 0, h = 2.0 / 255 / 2000;
            for (int i = 0; i < 2000; i++) sum += h * Exp(-Pow(x - 1.0 / 255 + (i + 0.5) * h - μ, 2) / (2 * σ * σ)) / Sqrt(2 * PI * σ * σ);
            Assert.Equal(Math.Log(sum), log[k], 1e-6 * Max(1, Abs(log[k])));
        }
    }

    [Fact]
    public void Tails_keep_their_digits_where_the_distribution_function_has_none_left()
    {
        // Mills: Φ(−z) ≈ φ(z)/z·(1 − 1/z² + 3/z⁴ − 15/z⁶), good to 105/z⁸ here; the far edge of the interval is e⁻⁵⁰ smaller or more.
        foreach (double sign in new[] { -1.0, 1.0 })
            foreach (double σ in new[] { 0.01, 0.02 })
            {
                double z = (0.7 - 1.0 / 255) / σ, expected = -z * z / 2 - Math.Log(z * Sqrt(2 * PI)) + Math.Log(1 - 1 / (z * z) + 3 / Pow(z, 4) - 15 / Pow(z, 6));
                double far = (0.7 + 1.0 / 255) / σ;
                using Tensor x = full([1, 1], -1 + 2 * 127 / 255.0, dtype: ScalarType.Float64), found = DiscretisedGaussian.LogProbability(x, x.item<double>() + sign * 0.7, σ * σ);
                double farther = -far * far / 2 - Math.Log(far * Sqrt(2 * PI)) + Math.Log(1 - 1 / (far * far) + 3 / Pow(far, 4));
                Assert.Equal(expected + Math.Log(1 - Exp(farther - expected)), found.item<double>(), 1e-6);
            }
        Assert.All(Log(30, 0.01), value => Assert.True(double.IsFinite(value) && value <= 0));
    }

    [Fact]
    public void A_narrow_law_is_sure_of_its_value_and_a_batch_adds_up()
    {
        Assert.Equal(0, Log(-1 + 2 * 50 / 255.0, 1e-5)[50], 1e-12);
        using var scope = NewDisposeScope();
        Tensor pictures = Levels.view(4, 1, 8, 8).to(ScalarType.Float32), one = DiscretisedGaussian.LogProbability(pictures, pictures * 0.9, 0.01);
        double[] each = DiscretisedGaussian.LogProbability(Levels, Levels * 0.9, 0.01).ToDoubles();
        Assert.Equal(each.Chunk(64).Select(chunk => chunk.Sum()), one.ToDoubles(), (a, b) => Abs(a - b) < 1e-3);
    }
}
