using Course.Classroom;
using Diffusion.Devices;
using Diffusion.Objective;
using Shared;
using Tensor = TorchSharp.torch.Tensor;

namespace Course.Tests.Classroom;

[Collection("Front end")]
public class CheckTests
{
    static string Shown(Action act) => string.Join("\n", ConsoleLines.Of(act));

    [Fact]
    public void A_claim_that_holds_is_shown_with_all_its_numbers() => Assert.Equal(
        "✓ Var x_T = 1: measured 0.998, expected 1 ± 0.018 (4 standard errors of 10⁵ samples)",
        Shown(() => Check.Near("Var x_T = 1", 0.998, 1, 0.018, "4 standard errors of 10⁵ samples")));

    [Fact]
    public void A_claim_that_fails_is_shown_and_ends_the_cell()
    {
        CheckFailedException? error = null;
        string shown = Shown(() => error = Assert.Throws<CheckFailedException>(() => Check.Near("Var x_T = 1", 1.05, 1, 0.018, "4 standard errors")));
        Assert.StartsWith("✗ Var x_T = 1: measured 1.05, expected 1 ± 0.018", shown);
        Assert.Equal("Check failed: Var x_T = 1: measured 1.05, expected 1 ± 0.018 (4 standard errors).", error!.Message);
    }

    [Theory]
    [InlineData(0.5, 0.4, 0.1, true)] // the tolerance itself still holds, up to rounding
    [InlineData(0.51, 0.4, 0.1, false)]
    [InlineData(0.29, 0.4, 0.1, false)]
    [InlineData(double.NaN, 0.4, 0.1, false)]
    [InlineData(0.4, double.NaN, 0.1, false)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, 0.1, false)]
    [InlineData(1, 1, 0, true)]
    public void Near_means_within_the_tolerance_and_NaN_never_is(double measured, double expected, double tolerance, bool holds) =>
        Assert.Equal(holds, Holds(() => Check.Near("c", measured, expected, tolerance + 1e-15, "b")));

    [Fact]
    public void Bounds_hold_on_their_own_side_and_for_no_NaN()
    {
        Assert.True(Holds(() => Check.AtMost("c", 1, 1, "b")));
        Assert.False(Holds(() => Check.AtMost("c", 1.0001, 1, "b")));
        Assert.False(Holds(() => Check.AtMost("c", double.NaN, 1, "b")));
        Assert.False(Holds(() => Check.AtMost("c", 1, double.NaN, "b")));
        Assert.True(Holds(() => Check.AtLeast("c", 1, 1, "b")));
        Assert.False(Holds(() => Check.AtLeast("c", 0.9999, 1, "b")));
        Assert.False(Holds(() => Check.AtLeast("c", double.NaN, 1, "b")));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.1)]
    public void A_check_that_could_not_fail_or_not_hold_is_refused(double tolerance) =>
        Assert.StartsWith("Check 'c': the tolerance is ", Assert.Throws<ArgumentException>(() => Check.Near("c", 1, 1, tolerance, "b")).Message);

    [Fact]
    public void A_claim_without_its_assumption_is_said_not_to_apply() => Assert.Equal(
        "– The law at t = 500: does not apply here (T is 10, so there is no t = 500)", Shown(() => Check.DoesNotApply("The law at t = 500", "T is 10, so there is no t = 500")));

    [Fact]
    public void A_check_whose_needs_are_not_met_does_not_apply_and_measures_nothing()
    {
        const string Said = "– c: does not apply here (too few draws)";
        Assert.Equal(Said, Shown(() => Check.Near("c", 1, 2, double.NaN, "b", needs: (false, "too few draws"))));
        Assert.Equal(Said, Shown(() => Check.AtMost("c", 2, 1, "b", needs: (false, "too few draws"))));
        Assert.Equal(Said, Shown(() => Check.AtLeast("c", 1, 2, "b", needs: (false, "too few draws"))));
    }

    [Fact]
    public void Numbers_that_differ_by_rounding_are_the_same()
    {
        Assert.True(Holds(() => Check.Same("c", [1.0, 3], [1.0, 3 + 4e-16], roundings: 2)));
        Assert.False(Holds(() => Check.Same("c", [1.0, 3], [1.0, 3 + 2e-15], roundings: 2)));
        Assert.False(Holds(() => Check.Same("c", [1.0, 3], [1.0, double.NaN], roundings: 2)));
        Assert.Contains("2 numbers are compared with 1", Assert.Throws<ArgumentException>(() => Check.Same("c", [1.0, 3], [1.0], 2)).Message);
    }

    [Fact]
    public void A_check_whose_needs_are_met_is_measured()
    {
        Assert.True(Holds(() => Check.Near("c", 1, 1, 0, "b", needs: (true, "-"))));
        Assert.False(Holds(() => Check.Near("c", 1, 2, 0, "b", needs: (true, "-"))));
        Assert.False(Holds(() => Check.AtMost("c", 2, 1, "b", needs: (true, "-"))));
        Assert.False(Holds(() => Check.AtLeast("c", 1, 2, "b", needs: (true, "-"))));
    }

    [Fact]
    public void A_small_tolerance_shows_as_many_digits_as_it_takes() => Assert.Contains(
        "measured 0.986143, expected 0.98612 ± 3·10⁻⁵", Shown(() => Check.Near("c", 0.9861432, 0.98612, 3e-5, "b")));

    [Fact]
    public void The_html_takes_its_text_colour_from_the_page_and_escapes()
    {
        string html = new Remark(Verdict.Fails, "x_t < y", "measured 1", "b & c").ToHtml();
        Assert.Contains("x<sub>t</sub> &lt; y", html);
        Assert.Contains("b &amp; c", html);
        Assert.DoesNotContain("background", html);
        Assert.Equal(2, html.Split("#d55e00").Length - 1); // the edge and the sign only
    }

    static bool Holds(Action check)
    {
        bool holds = true;
        ConsoleLines.Of(() =>
        {
            try { check(); }
            catch (CheckFailedException) { holds = false; }
        });
        return holds;
    }

    [Fact]
    public void The_same_up_to_so_many_roundings_of_their_type()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        Tensor one = TorchSharp.torch.full(100, 3f), near = one + 3 * MathF.Pow(2, -22), wide = one.to(TorchSharp.torch.ScalarType.Float64);
        Assert.True(Holds(() => Check.Same("c", one, one.clone(), roundings: 0)));
        Assert.True(Holds(() => Check.Same("c", one, near, roundings: 4)));
        Assert.False(Holds(() => Check.Same("c", one, near, roundings: 3)));
        Assert.True(Holds(() => Check.Same("c", one, near, roundings: 1, scale: 12)));        // a larger number stood on the way
        Assert.False(Holds(() => Check.Same("c", wide, wide + 1e-12, roundings: 4)));         // float64 is asked for more
        Assert.False(Holds(() => Check.Same("c", one, one * double.NaN, roundings: 100)));
        Assert.Equal("✓ c: measured 0, expected 0 (exact, bit for bit)", Shown(() => Check.Same("c", one, one, roundings: 0)));
        Assert.Contains("4 roundings of float32, of numbers up to 3", Shown(() => Check.Same("c", one, near, roundings: 4)));
        Assert.Contains("expected two tensors of one type and shape", Assert.Throws<ArgumentException>(() => Check.Same("c", one, wide, 1)).Message);
        Assert.Throws<ArgumentException>(() => Check.Same("c", one, one.view(10, 10), 1));
    }

    [Fact]
    public void Samples_have_their_law_and_no_other()
    {
        Compute.Seed(1);
        using var scope = TorchSharp.torch.NewDisposeScope();
        double[] normal = TorchSharp.torch.randn(10_000).ToDoubles(), other = TorchSharp.torch.randn(5_000).ToDoubles(), shifted = [.. other.Select(x => x + 0.1)];
        Assert.True(Holds(() => Check.HasLaw("c", normal, Gaussian.Standard)));
        Assert.False(Holds(() => Check.HasLaw("c", shifted, Gaussian.Standard)));
        Assert.False(Holds(() => Check.HasLaw("c", normal, x => x < 0 ? 0 : x > 1 ? 1 : x)));
        Assert.True(Holds(() => Check.SameLaw("c", normal, other)));
        Assert.False(Holds(() => Check.SameLaw("c", normal, shifted)));
        Assert.Contains("exceeded by 10,000 draws of that law once in 10,000 runs", Shown(() => Check.HasLaw("c", normal, Gaussian.Standard)));
    }
}
