using Diffusion.Devices;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using Shared.Tensors;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Tests.Parameterizations;

public sealed class PredictionTests
{
    static readonly NoiseSchedule schedule = NoiseSchedule.Cosine(200);
    static readonly Parameterization[] names = Enum.GetValues<Parameterization>();

    /// <summary>The five names of one number, written out again from the definitions.</summary>
    static double Named(Parameterization name, double x0, double ε, int t)
    {
        double ᾱ = schedule.AlphaBar[t], before = schedule.AlphaBar[t - 1], β = 1 - ᾱ / before, xt = Sqrt(ᾱ) * x0 + Sqrt(1 - ᾱ) * ε;
        return name switch
        {
            Parameterization.Epsilon => ε,
            Parameterization.X0 => x0,
            Parameterization.V => Sqrt(ᾱ) * ε - Sqrt(1 - ᾱ) * x0,
            Parameterization.PosteriorMean => (xt - β / Sqrt(1 - ᾱ) * ε) / Sqrt(1 - β),      // eq. (11), where the library has eq. (7)
            _ => -(xt - Sqrt(ᾱ) * x0) / (1 - ᾱ),                                             // ∂ log N(x_t; √ᾱ·x₀, 1 − ᾱ)
        };
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(77)]
    [InlineData(200)]
    public void Any_of_the_five_names_gives_any_other(int t)
    {
        using var scope = NewDisposeScope();
        const double x0 = 0.7, ε = -1.3;
        Tensor xt = full([3], Sqrt(schedule.AlphaBar[t]) * x0 + Sqrt(1 - schedule.AlphaBar[t]) * ε, dtype: ScalarType.Float64), times = full([3], (long)t, dtype: ScalarType.Int64);
        foreach (Parameterization from in names)
            foreach (Parameterization to in names)
            {
                Tensor said = full([3], Named(from, x0, ε, t), dtype: ScalarType.Float64);
                double expected = Named(to, x0, ε, t), size = Max(1, Abs(expected));
                Assert.All(new Prediction(schedule, xt, t, said, from).As(to).ToDoubles(), found => Assert.InRange(found, expected - 1e-9 * size, expected + 1e-9 * size));
                // Times of their own: coefficients in float32, which dividing by √ᾱ_t, √(1−ᾱ_t) or a coefficient of μ̃ enlarges.
                double rounding = 1e-6 / Min(schedule.SqrtOneMinusAlphaBar[t], Min(schedule.SqrtAlphaBar[t], schedule.PosteriorMeanOfX0[t]));
                if (t < 200) Assert.All(new Prediction(schedule, xt, times, said, from).As(to).ToDoubles(), found => Assert.InRange(found, expected - rounding * 10 * size, expected + rounding * 10 * size));
            }
    }

    [Fact]
    public void What_a_network_is_trained_to_say_is_the_right_answer_at_every_items_own_time()
    {
        Compute.Seed(1);
        using var scope = NewDisposeScope();
        Tensor x0 = randn(4, 2, 3), ε = randn(4, 2, 3), t = tensor(new long[] { 1, 30, 100, 200 });
        foreach (Parameterization name in names)
        {
            double[] found = Prediction.Target(name, schedule, x0, ε, t).ToDoubles(), x0s = x0.ToDoubles(), εs = ε.ToDoubles();
            for (int i = 0; i < found.Length; i++)
            {
                double expected = Named(name, x0s[i], εs[i], (int)t[i / 6].item<long>());
                Assert.InRange(found[i], expected - 2e-6 * Max(1, Abs(expected)), expected + 2e-6 * Max(1, Abs(expected)));
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void One_time_for_all_is_the_same_to_the_bit_as_plain_numbers(ScalarType type)
    {
        Compute.Seed(2);
        using var scope = NewDisposeScope();
        NoiseSchedule single = NoiseSchedule.FromSinglePrecision("linear", NoiseSchedule.Linear().Beta.Skip(1).Select(β => (float)β));
        Tensor xt = randn(1000).to(type), said = randn(1000).to(type);
        foreach (int t in new[] { 1, 2, 500, 1000 })
        {
            double signal = Sqrt(single.AlphaBar[t]), spread = Sqrt(1 - single.AlphaBar[t]);
            Assert.Equal(((xt - spread * said) / signal).ToDoubles(), new Prediction(single, xt, t, said).As(Parameterization.X0).ToDoubles());
            Assert.Equal(((xt - signal * said) / spread).ToDoubles(), new Prediction(single, xt, t, said, Parameterization.X0).As(Parameterization.Epsilon).ToDoubles());
            Assert.Equal((signal * xt - spread * said).ToDoubles(), new Prediction(single, xt, t, said, Parameterization.V).As(Parameterization.X0).ToDoubles());
        }
    }

    [Fact]
    public void Nothing_is_left_behind_and_what_is_returned_is_the_callers()
    {
        using Tensor xt = randn(8), output = randn(8);
        long before = LiveTensors.Settled();
        foreach (Parameterization from in names)
            foreach (Parameterization to in names)
                using (Tensor said = new Prediction(schedule, xt, 50, output, from).As(to)) Assert.Equal(before + 1, Tensor.TotalCount);
        Assert.Equal(8, output.numel());
    }

    [Fact]
    public void What_cannot_be_converted_is_refused_in_one_sentence()
    {
        using Tensor xt = randn(2, 3), other = randn(2, 1), times = tensor(new long[] { 1, 201 });
        Assert.Contains("(2, 1)", Assert.Throws<ArgumentException>(() => new Prediction(schedule, xt, 5, other)).Message);
        Assert.Contains("t is 0, expected 1 to 200", Assert.Throws<ArgumentOutOfRangeException>(() => new Prediction(schedule, xt, 0, xt)).Message);
        Assert.Contains("201", Assert.Throws<ArgumentOutOfRangeException>(() => new Prediction(schedule, xt, times, xt)).Message);
        Assert.Contains("expected Epsilon, X0", Assert.Throws<ArgumentOutOfRangeException>(() => new Prediction(schedule, xt, 5, xt, (Parameterization)9)).Message);
        NoiseSchedule toNothing = schedule.WithZeroTerminalSnr();
        Assert.Contains("says nothing of x₀", Assert.Throws<InvalidOperationException>(() => new Prediction(toNothing, xt, 200, xt).As(Parameterization.X0)).Message);
        using Tensor fromV = new Prediction(toNothing, xt, 200, xt, Parameterization.V).As(Parameterization.X0);
        Assert.Equal(xt.ToDoubles().Select(v => -v), fromV.ToDoubles());       // at ᾱ = 0: x₀ = −v
    }
}
