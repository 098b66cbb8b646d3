using Course.Evaluation;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Tests.Evaluation;

/// <summary>The Fréchet distance against closed forms.</summary>
public class FrechetDistanceTests
{
    const double Rounding = 1e-10;      // of float64, with the root of an eigenvalue near 0 apart

    static double Distance(double[] mean1, double[,] covariance1, double[] mean2, double[,] covariance2)
    {
        using GaussianFeatures a = new(tensor(mean1), tensor(covariance1)), b = new(tensor(mean2), tensor(covariance2));
        double there = FrechetDistance.Between(a, b), back = FrechetDistance.Between(b, a);
        Assert.Equal(there, back, 1e-7);
        return there;
    }

    [Fact]
    public void In_one_dimension_it_is_the_difference_of_means_and_of_deviations_squared() =>
        Assert.Equal(3 * 3 + 1.5 * 1.5, Distance([1], new double[,] { { 4 } }, [-2], new double[,] { { 0.25 } }), Rounding);

    [Fact]
    public void Independent_features_add_up() =>
        Assert.Equal(1 + 4 + (3 - 1) * (3 - 1) + (2 - 5) * (2 - 5),
            Distance([0, 1], new double[,] { { 9, 0 }, { 0, 4 } }, [1, -1], new double[,] { { 1, 0 }, { 0, 25 } }), Rounding);

    [Fact]
    public void In_two_dimensions_it_agrees_with_the_formula_by_trace_and_determinant()
    {
        // tr M^½ = √(tr M + 2√det M) of a 2×2 matrix M with eigenvalues above 0, here Σ₁Σ₂, which do not commute.
        double[,] a = { { 2, 0.7 }, { 0.7, 1 } }, b = { { 0.5, -0.3 }, { -0.3, 3 } };
        double trace = 2 * 0.5 + 2 * 0.7 * -0.3 + 1 * 3, determinant = (2 * 1 - 0.7 * 0.7) * (0.5 * 3 - 0.3 * 0.3);
        Assert.Equal(0.25 + 3 + 3.5 - 2 * Math.Sqrt(trace + 2 * Math.Sqrt(determinant)), Distance([0, 0], a, [0.5, 0], b), Rounding);
    }

    [Fact]
    public void Turning_both_clouds_changes_nothing_and_stretching_one_costs_its_trace()
    {
        Compute.Seed(3);
        const int D = 40;
        using var scope = NewDisposeScope();
        Tensor a = Covariance(), b = Covariance(), mean = randn(D, ScalarType.Float64), zero = zeros(D, ScalarType.Float64);
        (Tensor q, _) = linalg.qr(randn(D, D, ScalarType.Float64));
        double straight = Of(zero, a, mean, b), turned = Of(zero, q.matmul(a).matmul(q.t()), q.matmul(mean), q.matmul(b).matmul(q.t()));
        Assert.Equal(straight, turned, 1e-8);
        Assert.Equal(2 * 2 * a.trace().item<double>(), Of(mean, a, mean, 9 * a), 1e-8);     // Σ₂ = c²Σ₁: (c − 1)²·tr Σ₁
        Assert.Equal(0, Of(mean, a, mean, a), 1e-8);

        Tensor Covariance()
        {
            Tensor x = randn(D, D, ScalarType.Float64);
            return x.matmul(x.t());
        }

        static double Of(Tensor mean1, Tensor covariance1, Tensor mean2, Tensor covariance2)
        {
            using GaussianFeatures one = new(mean1, covariance1), two = new(mean2, covariance2);
            return FrechetDistance.Between(one, two);
        }
    }

    [Fact]
    public void Clouds_that_are_lines_have_one_too() =>
        // Σ = u·uᵀ and v·vᵀ: |u|² + |v|² − 2|u·v|. Their other eigenvalue is 0, and the root of its rounding some 1e-8.
        Assert.Equal(5 + 10 - 2 * 7, Distance([0, 0], new double[,] { { 1, 2 }, { 2, 4 } }, [0, 0], new double[,] { { 1, 3 }, { 3, 9 } }), 1e-6);

    [Fact]
    public void The_moments_of_samples_are_mean_and_unbiased_covariance()
    {
        double[,] x = { { 1, 2 }, { 3, -1 }, { 5, 5 } };
        using Tensor features = tensor(x).to(ScalarType.Float32);
        using GaussianFeatures found = GaussianFeatures.Of(features);
        Assert.Equal([3, 2], found.Mean.ToDoubles());
        Assert.Equal([4, 3, 3, 9], found.Covariance.ToDoubles());       // deviations (−2, 0), (0, −3), (2, 3), divided by 2
        Assert.Equal(0, FrechetDistance.Between(features, features), 1e-6);
    }

    /// <summary>Against many clouds drawn anew: the spread of d² among them is what one cloud's jackknife says of itself.</summary>
    [Theory]
    [InlineData(0, 1.41)]         // one law: d² is chance alone, quadratic in it, and the jackknife's variance twice the true one
    [InlineData(0.5, 1)]          // a shifted one: d² is linear in chance
    public void The_standard_error_is_the_spread_among_clouds(double shift, double times)
    {
        Compute.Seed(8);
        using var scope = NewDisposeScope();
        using GaussianFeatures aim = new(zeros(8), eye(8));
        Estimate[] clouds = [.. Enumerable.Range(0, 100).Select(_ => FrechetDistance.Estimated(randn(400, 8) + shift, aim))];
        double spread = Math.Sqrt(Statistics.Variance(clouds.Select(cloud => cloud.Value)).Value);
        // a spread of a hundred has a standard error of 7 %, that of d², whose law is skew, more
        Assert.InRange(Math.Sqrt(clouds.Average(cloud => Math.Pow(cloud.StandardError, 2))), 0.75 * times * spread, 1.25 * times * spread);
        Assert.Equal(double.NaN, FrechetDistance.Estimated(randn(19, 8), aim).StandardError);
    }

    [Fact]
    public void Two_clouds_of_one_law_come_nearer_with_their_size_and_a_shift_is_found()
    {
        Compute.Seed(4);
        using var scope = NewDisposeScope();
        Tensor many = randn(40_000, 8), others = randn(40_000, 8);
        // On average the means of N samples add 8·2/N and their covariances ‖ΔΣ‖²/4 = 8·9·2/(4N): 52/N, with a standard deviation of about a fifth of that.
        Assert.InRange(FrechetDistance.Between(many, others), 0, 100.0 / 40_000);
        Assert.InRange(FrechetDistance.Between(many[..400], others[..400]), 100.0 / 40_000, 100.0 / 400);
        Assert.InRange(FrechetDistance.Between(many, others + 1), 8 - 0.2, 8 + 0.2);      // 4 standard errors of Σ(Δμ)² are 4·2·√(8·2/40,000)
    }

    [Fact]
    public void What_has_no_distance_is_refused_in_one_sentence()
    {
        Assert.StartsWith("The features have shape (1, 3), expected (N, D) with N at least 2", Refused(() => FrechetDistance.Between(ones(1, 3), ones(2, 3))));
        Assert.StartsWith("The features have shape (3), expected (N, D)", Refused(() => FrechetDistance.Between(ones(2, 3), ones(3))));
        Assert.StartsWith("One has 3 features and the other 4, expected the same number.", Refused(() => FrechetDistance.Between(randn(5, 3), randn(5, 4))));
        Assert.StartsWith("The moments hold values that are no numbers.", Refused(() => FrechetDistance.Between(randn(5, 3), full(5, 3, double.NaN))));
        Assert.StartsWith("The mean has shape (2) and the covariance (3, 3), expected (D) and (D, D).", Refused(() => new GaussianFeatures(ones(2), eye(3))));

        static string Refused(Func<object> act) => Assert.Throws<ArgumentException>(act).Message;
    }

    [Fact]
    public void A_vector_that_counts_three_times_is_as_good_as_three_of_it_in_the_mean_and_weighed_crowds_have_no_bias()
    {
        Compute.Seed(3);
        using Tensor vectors = randn(4, 2, ScalarType.Float64, CPU), weights = tensor(new[] { 3.0, 1, 1, 2 });
        using Tensor repeated = vectors.index_select(0, tensor(new long[] { 0, 0, 0, 1, 2, 3, 3 }));
        using GaussianFeatures weighed = GaussianFeatures.Of(vectors, weights), all = GaussianFeatures.Of(repeated);
        Assert.Equal(all.Mean.ToDoubles().Select(v => Math.Round(v, 12)), weighed.Mean.ToDoubles().Select(v => Math.Round(v, 12)));
        // both are Σ w·(x − mean)(x − mean)ᵀ of the same w, divided by 1 − Σw² of four vectors and by 6/7 of seven
        double four = 1 - (9 + 1 + 1 + 4) / 49.0;
        Assert.Equal(all.Covariance.ToDoubles().Select(v => Math.Round(v * 6 / 7 / four, 12)),
            weighed.Covariance.ToDoubles().Select(v => Math.Round(v, 12)));
        // of independent vectors the weighed covariance is right on average, here the variance 1 of 2,000 sets of four
        using Tensor sets = randn(2000, 4, ScalarType.Float64, CPU);
        double[] variances = [.. sets.t().split(1, 1).Select(set => GaussianFeatures.Of(set, weights).Covariance.item<double>())];
        Estimate mean = Statistics.Mean(variances);
        Assert.InRange(mean.Deviations(1), 0, 4);

        Assert.StartsWith("The weights have shape (3), expected (4): one for each vector.",
            Assert.Throws<ArgumentException>(() => GaussianFeatures.Of(vectors, ones(3))).Message);
    }
}
