using Diffusion.Devices;
using Diffusion.Schedules;
using Shared.Tensors;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Tests.Schedules;

public sealed class NoiseScheduleTests
{
    public static TheoryData<string> Names => [.. All.Keys];

    static readonly Dictionary<string, Func<int, bool, NoiseSchedule>> All = new()
    {
        ["linear"] = (T, allow) => NoiseSchedule.Linear(T, allowResidualSignal: allow),
        ["cosine"] = (T, allow) => NoiseSchedule.Cosine(T, allowResidualSignal: allow),
        ["quadratic"] = (T, allow) => NoiseSchedule.Quadratic(T, allowResidualSignal: allow),
        ["sigmoid"] = (T, allow) => NoiseSchedule.Sigmoid(T, allowResidualSignal: allow),
        ["constant"] = (T, allow) => NoiseSchedule.Constant(T, allowResidualSignal: allow),
    };

    [Theory]
    [InlineData("linear")]
    [InlineData("scaled_linear")]
    [InlineData("scaled_linear_0.00085_0.012")]
    [InlineData("sigmoid")]
    [InlineData("squaredcos_cap_v2")]
    public void Curves_are_those_of_diffusers(string name)
    {
        NoiseSchedule schedule = name switch
        {
            "linear" => NoiseSchedule.Linear(),
            "scaled_linear" => NoiseSchedule.Quadratic(allowResidualSignal: true),
            "scaled_linear_0.00085_0.012" => NoiseSchedule.Quadratic(betaStart: 0.00085, betaEnd: 0.012),
            "sigmoid" => NoiseSchedule.Sigmoid(allowResidualSignal: true),
            _ => NoiseSchedule.Cosine(),
        };
        const string file = "schedulers/betas.safetensors";
        double[] betas = Golden.Numbers(file, name + ".betas"), exact = Golden.Numbers(file, name + ".alphas_cumprod_f64"), held = Golden.Numbers(file, name + ".alphas_cumprod");
        Assert.Equal(schedule.T, betas.Length);
        double slack = 1e-12;       // what the reference's float32 β may have moved ln ᾱ_t by: Σ δβ/α
        for (int t = 1; t <= schedule.T; t++)
        {
            // a few float32 roundings of β; the quadratic curve squares a √β that was rounded at the size of the largest
            double δ = 4 * Pow(2, -24) * (name.StartsWith("scaled", StringComparison.Ordinal) ? 2 * Sqrt(betas[t - 1] * betas[^1]) : betas[t - 1]);
            Assert.InRange(schedule.Beta[t], betas[t - 1] - δ, betas[t - 1] + δ);
            slack += δ / schedule.Alpha[t];
            Assert.InRange(schedule.AlphaBar[t] / exact[t - 1], Exp(-slack), Exp(slack));
            Assert.InRange(schedule.AlphaBar[t] / held[t - 1], Exp(-slack - t * 1.2e-7), Exp(slack + t * 1.2e-7));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tables_obey_their_definitions_at_every_t(string name)
    {
        foreach (int T in new[] { 1, 2, 10, 1000, 4000 })
        {
            NoiseSchedule s = All[name](T, true);
            Assert.Equal(T, s.T);
            foreach (var table in new[] { s.Beta, s.Alpha, s.AlphaBar, s.OneMinusAlphaBar, s.SqrtAlphaBar, s.SqrtOneMinusAlphaBar, s.Snr, s.LogSnr, s.PosteriorVariance, s.PosteriorMeanOfX0, s.PosteriorMeanOfXt })
                Assert.Equal(T + 1, table.Count);
            Assert.Equal((0, 1, 1, double.PositiveInfinity, double.PositiveInfinity), (s.Beta[0], s.Alpha[0], s.AlphaBar[0], s.Snr[0], s.LogSnr[0]));
            Assert.Equal((0, 1, 0), (s.PosteriorVariance[1], s.PosteriorMeanOfX0[1], s.PosteriorMeanOfXt[1]));     // exactly
            double product = 1;
            for (int t = 1; t <= T; t++)
            {
                double before = product;
                product *= 1 - s.Beta[t];
                Assert.Equal(product, s.AlphaBar[t], 1e-13);
                Assert.Equal(1 - product, s.OneMinusAlphaBar[t], 1e-13);
                Assert.Equal(product / (1 - product), s.Snr[t], 1e-9 * s.Snr[t]);
                Assert.Equal(Log(product / (1 - product)), s.LogSnr[t], 1e-9);
                // Bayes for scalars: precisions add. q(x_t | x_{t−1}) speaks of x_{t−1} with precision α/β, q(x_{t−1} | x₀) with 1/(1−ᾱ_{t−1}).
                if (t == 1) continue;
                double precision = s.Alpha[t] / s.Beta[t] + 1 / (1 - before);
                Assert.Equal(1 / precision, s.PosteriorVariance[t], 1e-9 / precision);
                Assert.Equal(Sqrt(before) / (1 - before) / precision, s.PosteriorMeanOfX0[t], 1e-9);
                Assert.Equal(Sqrt(s.Alpha[t]) / s.Beta[t] / precision, s.PosteriorMeanOfXt[t], 1e-9);
            }
        }
    }

    [Fact]
    public void The_numbers_of_the_chapter_are_right()
    {
        Assert.Equal(4.04e-5, NoiseSchedule.Linear().AlphaBar[1000], 0.01e-5);
        Assert.Equal(0.603, NoiseSchedule.Linear(50, allowResidualSignal: true).AlphaBar[50], 0.0005);
        Assert.Equal((1e-4, 0.02), (NoiseSchedule.Linear().Beta[1], NoiseSchedule.Linear().Beta[1000]));
        Assert.Equal(0.999, NoiseSchedule.Cosine().Beta[1000]);
        Assert.All(All.Values, make => Assert.InRange(make(1000, false).AlphaBar[1000], 0, 0.01));     // none refuses its own defaults
        Assert.Equal("linear, T = 1000, ᾱ_T = 4.04E-05", NoiseSchedule.Linear().ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rescaling_walks_the_same_curve_at_every_number_of_steps(string name)
    {
        NoiseSchedule s = All[name](1000, false);
        Assert.Same(s, s.Rescaled(1000));
        foreach (int T in new[] { 1, 2, 3, 10, 50, 250, 999, 1001, 4000 })
        {
            NoiseSchedule r = s.Rescaled(T);
            Assert.Equal(T, r.T);
            Assert.Equal(s.AlphaBar[1000], r.AlphaBar[T], 1e-9 * s.AlphaBar[1000] + 2.3e-16);
            for (int t = 1; t <= T; t++)
            {
                double at = 1000.0 * t / T;
                int below = (int)at, above = (int)Ceiling(at);
                double expected = Exp(Log(s.AlphaBar[below]) + (at - below) * (Log(s.AlphaBar[above]) - Log(s.AlphaBar[below])));
                Assert.Equal(expected, r.AlphaBar[t], 1e-9 * expected + 2.3e-16);        // the second: β holds 16 digits, 1 − β fewer when it is near 0
            }
        }
    }

    [Fact]
    public void Rescaling_there_and_back_changes_nothing_and_a_long_curve_in_one_step_is_allowed()
    {
        NoiseSchedule s = NoiseSchedule.Cosine(), back = s.Rescaled(4000).Rescaled(1000);
        for (int t = 0; t <= 1000; t++) Assert.Equal(s.AlphaBar[t], back.AlphaBar[t], 1e-10);
        NoiseSchedule underflown = NoiseSchedule.Constant(4000, 0.5);       // ᾱ = 2⁻⁴⁰⁰⁰
        Assert.Equal(0, underflown.AlphaBar[4000]);
        Assert.Equal(4000 * Log(0.5), underflown.LogSnr[4000], 1e-9);
        Assert.InRange(underflown.Rescaled(1).AlphaBar[1], 0, 1e-15);
        Assert.Equal(0.75, underflown.Rescaled(2000).Beta[2000], 1e-9);
    }

    [Fact]
    public void Zero_terminal_snr_ends_in_nothing_keeps_the_first_step_and_shifts_the_root()
    {
        NoiseSchedule s = NoiseSchedule.Linear(), z = s.WithZeroTerminalSnr();
        Assert.Equal((1, 0, 0), (z.Beta[1000], z.AlphaBar[1000], z.Snr[1000]));
        Assert.Equal(double.NegativeInfinity, z.LogSnr[1000]);
        double first = Sqrt(s.AlphaBar[1]), last = Sqrt(s.AlphaBar[1000]);
        for (int t = 1; t < 1000; t++)
            Assert.Equal((Sqrt(s.AlphaBar[t]) - last) * first / (first - last), Sqrt(z.AlphaBar[t]), 1e-9);
        Assert.Equal(z.AlphaBar, z.WithZeroTerminalSnr().AlphaBar.Select(value => value), (a, b) => Abs(a - b) < 1e-12);
        foreach (int T in new[] { 1, 10, 999, 1001, 4000 })
        {
            NoiseSchedule r = z.Rescaled(T);
            Assert.Equal((1, 0), (r.Beta[T], r.AlphaBar[T]));
            for (int t = 1; t < T; t++) Assert.InRange(r.Beta[t], 1e-9, 1 - 1e-9);
        }
        Assert.Equal(1, NoiseSchedule.Constant(1, 0.5, allowResidualSignal: true).WithZeroTerminalSnr().Beta[1]);
        Assert.Equal(1, NoiseSchedule.Constant(4000, 0.5).WithZeroTerminalSnr().Beta[4000]);
    }

    [Fact]
    public void What_cannot_be_a_schedule_is_refused_in_one_sentence()
    {
        static void Refused(Action make, params string[] says)
        {
            var error = Assert.ThrowsAny<ArgumentException>(make);
            Assert.All(says, part => Assert.Contains(part, error.Message));
        }
        Refused(() => NoiseSchedule.Linear(0), "T is 0", "at least 1");
        Refused(() => NoiseSchedule.Cosine(-3), "T is -3");
        Refused(() => NoiseSchedule.Linear().Rescaled(0), "T is 0");
        Refused(() => NoiseSchedule.Linear(50), "0.603", "T = 50", "Linear().Rescaled(50)", "allowResidualSignal");
        Refused(() => NoiseSchedule.Linear(betaEnd: 1.5), "betaEnd is 1.5");
        Refused(() => NoiseSchedule.Constant(beta: double.NaN), "NaN");
        Refused(() => NoiseSchedule.FromBetas("mine", []), "'mine'", "at least one");
        Refused(() => NoiseSchedule.FromBetas("mine", [0.1, 1.5]), "β_2 is 1.5", "between 0 and 1");
        Refused(() => NoiseSchedule.FromBetas("mine", [0.0, 0.5]), "β_1 is 0");
        Refused(() => NoiseSchedule.FromBetas("mine", [0.1, double.NaN]), "β_2 is NaN");
        Refused(() => NoiseSchedule.FromBetas("mine", [0.1, 1]), "β_2 is 1", "WithZeroTerminalSnr");
        Assert.Equal(0.9, NoiseSchedule.FromBetas("mine", [0.1]).AlphaBar[1]);        // residual signal is the giver's business
    }

    [Fact]
    public void Coefficients_are_the_tables_own_values_shaped_for_the_batch()
    {
        NoiseSchedule s = NoiseSchedule.Linear();
        using Tensor t = tensor(new long[] { 0, 1, 500, 1000 });
        using Tensor images = zeros(4, 1, 2, 2), numbers = zeros(4, dtype: ScalarType.Float64);
        using Tensor c = s.SqrtAlphaBar.At(t, images), own = new ScheduleTable(s.Beta.Select(β => 2 * β)).At(t, numbers);
        Assert.Equal([4, 1, 1, 1], c.shape);
        Assert.Equal((ScalarType.Float32, Compute.Device.type), (c.dtype, c.device.type));
        Assert.Equal([1f, (float)s.SqrtAlphaBar[1], (float)s.SqrtAlphaBar[500], (float)s.SqrtAlphaBar[1000]], c.ToDoubles().Select(value => (float)value));
        Assert.Equal([4], own.shape);
        Assert.Equal(ScalarType.Float64, own.dtype);
        Assert.Equal([0f, (float)2e-4, (float)(2 * s.Beta[500]), 0.04f], own.ToDoubles().Select(value => (float)value));

        using Tensor late = tensor(new long[] { 1, 1001 }), early = tensor(new long[] { -1, 3 }), real = tensor(new[] { 1f });
        Assert.Contains("from 1 to 1001, expected 0 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => s.Beta.At(late, numbers)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => s.Beta.At(early, numbers));
        Assert.Contains("int64", Assert.Throws<ArgumentException>(() => s.Beta.At(real, numbers)).Message);
        Assert.Contains("t is 1001, expected 0 to 1000", Assert.Throws<ArgumentOutOfRangeException>(() => s.Beta[1001]).Message);
        Assert.Contains("t is -1", Assert.Throws<ArgumentOutOfRangeException>(() => s.Beta[-1]).Message);
        Assert.Equal(s.T + 1, s.Beta.Count);
    }
}
