using Course.Classroom;

namespace Course.Tests.Classroom;

public class KnobTests
{
    static string? Said(Action turn) => Record.Exception(turn) is { } error ? Assert.IsType<ArgumentOutOfRangeException>(error).Message.Split(" (Parameter")[0] : null;

    [Fact]
    public void A_knob_turned_too_far_is_named_with_what_it_may_be()
    {
        int samples = 12;
        double flaw = 0.31, D = double.PositiveInfinity;
        long particles = 2_000_000_000;
        string curve = "circle";
        Assert.Equal("samples is 12, expected 1,000 to 1,000,000.", Said(() => Knob.Between(samples, 1000, 1_000_000)));
        Assert.Equal("flaw is 0.31, expected −0.5 to 0.3: beyond, the model leaves the grid.", Said(() => Knob.Between(flaw, -0.5, 0.3, "beyond, the model leaves the grid")));
        Assert.Equal("samples % 8 is 4, expected 0.", Said(() => Knob.Between(samples % 8, 0, 0)));
        Assert.StartsWith("particles is 2", Said(() => Knob.Between(particles, 1, 10_000_000)));
        Assert.Equal("samples is 12, expected at least 13.", Said(() => Knob.AtLeast(samples, 13)));
        Assert.Equal("D is ∞, expected more than 0.", Said(() => Knob.Above(D, 0)));
        Assert.Equal("curve is \"circle\", expected linear, cosine.", Said(() => Knob.OneOf(curve, ["linear", "cosine"])));
    }

    [Fact]
    public void A_knob_in_its_range_says_nothing_and_NaN_is_in_no_range()
    {
        Assert.Null(Said(() => Knob.Between(1, 1, 2)));
        Assert.Null(Said(() => Knob.Between(2.0, 1, 2)));
        Assert.Null(Said(() => Knob.AtLeast(1L, 1)));
        Assert.Null(Said(() => Knob.Above(1e-300, 0)));
        Assert.Null(Said(() => Knob.OneOf("a", ["a"])));
        Assert.NotNull(Said(() => Knob.Between(double.NaN, 0, 1)));
        Assert.NotNull(Said(() => Knob.AtLeast(double.NaN, 0)));
        Assert.NotNull(Said(() => Knob.Above(double.NaN, 0)));
        Assert.NotNull(Said(() => Knob.Above(0, 0)));
    }
}
