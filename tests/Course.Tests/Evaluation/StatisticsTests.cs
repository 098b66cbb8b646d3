using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Objective;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Evaluation;

public sealed class StatisticsTests
{
    static double[] Normal(long n, long seed)
    {
        Compute.Seed(seed);
        using Tensor draws = Gaussian.Standard.Sample(n);
        return draws.ToDoubles();
    }

    /// <summary>Both ends solve (share − p)² = z²·p(1 − p)/n, and lie on either side of the share; 0 of 10 does not prove that p is 0.</summary>
    [Theory]
    [InlineData(0.85, 400)]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    public void Wilsons_ends_are_z_standard_errors_of_their_own_away(double share, long n)
    {
        var (low, high) = Statistics.Wilson(share, n);
        Assert.All([low, high], p => Assert.Equal((share - p) * (share - p), 1.96 * 1.96 * p * (1 - p) / n, 1e-12));
        Assert.True(low <= share && share <= high && low < high);
    }

    [Fact]
    public void Mean_and_variance_of_four_numbers_are_what_paper_and_pencil_give()
    {
        Estimate mean = Statistics.Mean([1, 2, 4, 9]), variance = Statistics.Variance([1, 2, 4, 9]);
        Assert.Equal(4, mean.Value, 1e-12);
        Assert.Equal(38 / 3.0, variance.Value, 1e-12);
        Assert.Equal(Sqrt(38 / 3.0 / 4), mean.StandardError, 1e-12);
        double m4 = (81 + 16 + 0 + 625) / 4.0;
        Assert.Equal(Sqrt((m4 - 38 / 3.0 * 38 / 3.0 / 3) / 4), variance.StandardError, 1e-12);
        Assert.Equal("4 ± 1.8", mean.ToString());
        Assert.True(double.IsNaN(Statistics.Mean([3]).StandardError));
        Assert.Contains("no samples", Assert.Throws<ArgumentException>(() => Statistics.Mean([])).Message);
    }

    [Fact]
    public void Stated_standard_errors_are_the_scatter_of_repetitions()
    {
        // 2,000 repetitions of 200 draws: the scatter itself is known to 1/√4000 = 1.6 %, so 8 % is five of its standard errors
        double[] all = Normal(400_000, 1);
        var runs = all.Chunk(200).Select(x => (Mean: Statistics.Mean(x), Variance: Statistics.Variance(x))).ToList();
        Assert.Equal(1, Sqrt(Statistics.Variance(runs.Select(run => run.Mean.Value)).Value) / runs.Average(run => run.Mean.StandardError), 0.08);
        Assert.Equal(1, Sqrt(Statistics.Variance(runs.Select(run => run.Variance.Value)).Value) / runs.Average(run => run.Variance.StandardError), 0.08);
    }

    [Fact]
    public void Ten_million_float32_values_far_from_zero_lose_nothing()
    {
        using Tensor x = full(10_000_000, 1000.25f);
        x[1] = 1002.25f;
        Estimate mean = Statistics.Mean(x.ToDoubles());
        Assert.Equal(1000.25 + 2e-7, mean.Value, 1e-9);
    }

    [Fact]
    public void Slope_through_the_origin_is_exact_on_a_line() =>
        Assert.Equal(2.5, Statistics.SlopeThroughOrigin([1, 2, 5], [2.5, 5, 12.5]), 1e-12);

    [Fact]
    public void Kolmogorov_distance_of_two_points_is_read_off_by_hand()
    {
        Assert.Equal(0.7, KolmogorovSmirnov.Distance([0.3, 0.2], x => Clamp(x, 0, 1)), 1e-12);
        Assert.Equal(0.8, KolmogorovSmirnov.Distance([0.9, 0.8], x => Clamp(x, 0, 1)), 1e-12);
        Assert.Equal(0.5, KolmogorovSmirnov.Distance([0.5, 0.5], x => Clamp(x, 0, 1)), 1e-12);
        Assert.Equal(0.5, KolmogorovSmirnov.Distance([1, 2, 3, 4], [3, 4, 5, 6]), 1e-12);
        Assert.Equal(0, KolmogorovSmirnov.Distance([1, 1, 2], [1, 1, 2]), 1e-12);
        Assert.Equal(1.0 / 6, KolmogorovSmirnov.Distance([1, 1, 2], [1, 2]), 1e-12);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.Distance([1, double.NaN], x => x)).Message);
    }

    [Fact]
    public void Critical_distances_are_those_of_the_tables()
    {
        // Exact values for finite n: e.g. Massey 1951 / Birnbaum 1952, 5 % and 1 %
        Assert.Equal(0.2941, KolmogorovSmirnov.CriticalValue(20, 0.05), 0.002);
        Assert.Equal(0.3524, KolmogorovSmirnov.CriticalValue(20, 0.01), 0.003);
        Assert.Equal(0.1340, KolmogorovSmirnov.CriticalValue(100, 0.05), 0.0005);
        Assert.Equal(1.3581 / 1000, KolmogorovSmirnov.CriticalValue(1_000_000, 0.05), 1e-6);
        Assert.Equal(0.05, KolmogorovSmirnov.PValue(KolmogorovSmirnov.CriticalValue(1000, 0.05), 1000), 1e-9);
        Assert.Equal(KolmogorovSmirnov.CriticalValue(500, 0.01), KolmogorovSmirnov.CriticalValue(1000, 1000, 0.01), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => KolmogorovSmirnov.CriticalValue(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KolmogorovSmirnov.CriticalValue(10, 0.0));
    }

    [Fact]
    public void A_right_law_alarms_as_often_as_the_significance_says_and_a_wrong_one_nearly_always()
    {
        var runs = Normal(400_000, 2).Chunk(200).ToList();
        double critical = KolmogorovSmirnov.CriticalValue(200, 0.05), two = KolmogorovSmirnov.CriticalValue(200, 200, 0.05);
        double alarms = runs.Average(x => KolmogorovSmirnov.Distance(x, Gaussian.Standard.Cdf) > critical ? 1.0 : 0);
        Assert.Equal(0.05, alarms, 4 * Sqrt(0.05 * 0.95 / 2000));
        double pairs = runs.Chunk(2).Average(pair => KolmogorovSmirnov.Distance(pair[0], pair[1]) > two ? 1.0 : 0);
        Assert.InRange(pairs, 0.01, 0.05 + 4 * Sqrt(0.05 * 0.95 / 1000));           // discrete gaps: the two-sample test is a little shy
        var shifted = Gaussian.WithMeanVariance(0.5, 1);
        Assert.True(runs.Average(x => KolmogorovSmirnov.Distance(x, shifted.Cdf) > critical ? 1.0 : 0) > 0.99);
    }

    [Fact]
    public void Chi_squared_pools_small_bins_and_agrees_with_the_tables()
    {
        // bins 3 and 4 (3 + 3 expected) make one of 6; the last (4) finds no partner and joins it: (2 + 1 + 7) against 10
        ChiSquared test = ChiSquared.Test([18, 22, 2, 1, 7], [20, 20, 3, 3, 4]);
        Assert.Equal(2, test.DegreesOfFreedom);
        Assert.Equal(4 / 20.0 + 4 / 20.0, test.Statistic, 1e-12);
        Assert.Equal(1, ChiSquared.Test([18, 22, 10], [20, 20, 10], fitted: 1).DegreesOfFreedom);
        Assert.Equal(3.841, new ChiSquared(0, 1).CriticalValue(0.05), 0.001);
        Assert.Equal(16.919, new ChiSquared(0, 9).CriticalValue(0.05), 0.001);
        Assert.Equal(0.05, new ChiSquared(16.919, 9).PValue, 1e-4);
    }

    [Fact]
    public void Chi_squared_of_fair_counts_follows_its_own_law()
    {
        Compute.Seed(3);
        using Tensor draws = randint(0, 8, [500, 400]);        // 500 tests of 400 throws of an eight-sided die
        double[] faces = draws.ToDoubles();
        var p = faces.Chunk(400).Select(throws => ChiSquared.Test(Enumerable.Range(0, 8).Select(face => (double)throws.Count(x => x == face)), Enumerable.Repeat(50.0, 8)).PValue);
        Assert.InRange(KolmogorovSmirnov.Distance(p, x => x), 0, KolmogorovSmirnov.CriticalValue(500) + 0.02);      // counts are discrete: 0.02 covers the law's own error
    }

    [Fact]
    public void Chi_squared_refuses_counts_that_do_not_match()
    {
        Assert.Contains("3 observed and 2 expected", Assert.Throws<ArgumentException>(() => ChiSquared.Test([1, 2, 3], [3, 3])).Message);
        Assert.Contains("multiply probabilities", Assert.Throws<ArgumentException>(() => ChiSquared.Test([10, 20], [0.4, 0.6])).Message);
        Assert.Contains("more samples or fewer bins", Assert.Throws<ArgumentException>(() => ChiSquared.Test([1, 2], [1.5, 1.5])).Message);
    }

    [Fact]
    public void Berry_esseen_bounds_a_sum_whose_distance_is_known()
    {
        // One ±1 kick: the gap to N(0, 1) is Φ(1) − ½ = 0.3413, under 0.4748
        Assert.Equal(0.4748, Statistics.BerryEsseenBound(1, 1, 1), 1e-12);
        Assert.True(Gaussian.Standard.Cdf(1) - 0.5 < Statistics.BerryEsseenBound(1, 1, 1));
        Assert.Equal(0.4748 * 16 / 8 / 5, Statistics.BerryEsseenBound(16, 2, 25), 1e-12);
        Assert.Equal(double.PositiveInfinity, Statistics.BerryEsseenBound(double.PositiveInfinity, double.PositiveInfinity, 100));
    }
}
