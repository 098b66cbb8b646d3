namespace Diffusion.Tests;

[Collection("Front end")]
public class ExerciseTests
{
    static readonly Exercise exercise = new("1.1 Halve the step", "the variance counts time, not steps");

    static string Shown(Action act) => string.Join("\n", FrontEndTests.Printed(act));

    [Fact]
    public void An_exercise_not_answered_never_throws_and_offers_its_hint()
    {
        string open = "✎ Exercise 1.1 Halve the step: not answered yet: put your answer in this cell and run it again\n  Hint: the variance counts time, not steps";
        Assert.Equal(open, Shown(() => exercise.Try(null, 0.5, 0.01)));
        Assert.Equal(open, Shown(() => exercise.Try(double.NaN, 0.5, 0.01)));
        Assert.Equal(open, Shown(() => exercise.Try((Func<double, double>?)null, x => x, 0.01, 1, 2)));
        Assert.Equal(open, Shown(() => exercise.Try(_ => double.NaN, x => x, 0.01, 1, 2)));
        Assert.Equal(open, Shown(() => exercise.Try(_ => throw new NotImplementedException(), x => x, 0.01, 1, 2)));
    }

    [Theory]
    [InlineData(0.505, "✓ Exercise 1.1 Halve the step: 0.505 is right")]
    [InlineData(5, "✗ Exercise 1.1 Halve the step: not yet: 5 is too large, by a factor of about 10")]
    [InlineData(0.55, "✗ Exercise 1.1 Halve the step: not yet: 0.55 is too large")]
    [InlineData(0.125, "✗ Exercise 1.1 Halve the step: not yet: 0.125 is too small, by a factor of about 4")]
    [InlineData(-0.5, "✗ Exercise 1.1 Halve the step: not yet: −0.5 has the wrong sign")]
    [InlineData(0, "✗ Exercise 1.1 Halve the step: not yet: 0 is too small")]
    [InlineData(double.PositiveInfinity, "✗ Exercise 1.1 Halve the step: not yet: ∞ is not finite")]
    public void A_number_is_told_what_is_wrong_with_it_but_not_the_answer(double answer, string line) =>
        Assert.Equal(line, Shown(() => exercise.Try(answer, 0.5, 0.01)).Split('\n')[0]);

    [Theory]
    [InlineData(2, "✗ Exercise 1.1 Halve the step: not yet: 2: that is its square root, squared twice")]
    [InlineData(1.97, "✗ Exercise 1.1 Halve the step: not yet: 1.97: that is its square root, squared twice")]
    [InlineData(1.9, "✗ Exercise 1.1 Halve the step: not yet: 1.9 is too large, by a factor of about 3.8")]
    [InlineData(0.5, "✓ Exercise 1.1 Halve the step: 0.5 is right")]
    public void A_known_slip_is_called_by_its_name(double answer, string line) =>
        Assert.Equal(line, Shown(() => exercise.Try(answer, 0.5, 0.01, (2, "that is its square root, squared twice"), (0.5, "never said"))).Split('\n')[0]);

    [Fact]
    public void Whatever_the_reader_made_is_tried_and_told_its_fault()
    {
        static string? Fault(Func<double, double> step) => step(1) > 1 ? "it grows" : null;
        Assert.Equal("✓ Exercise 1.1 Halve the step: yours is right", Shown(() => exercise.Try<Func<double, double>>(x => x / 2, Fault)));
        Assert.Equal("✗ Exercise 1.1 Halve the step: not yet: it grows", Shown(() => exercise.Try<Func<double, double>>(x => 2 * x, Fault)).Split('\n')[0]);
        Assert.Equal("✗ Exercise 1.1 Halve the step: not yet: yours throws InvalidOperationException: no.",
            Shown(() => exercise.Try<Func<double, double>>(_ => throw new InvalidOperationException("no.\nmore"), Fault)).Split('\n')[0]);
        Assert.StartsWith("✎", Shown(() => exercise.Try<Func<double, double>>(null, Fault)));
        Assert.StartsWith("✎", Shown(() => exercise.Try<Func<double, double>>(_ => throw new NotImplementedException(), Fault)));
        Shown(() => Assert.Throws<CheckFailedException>(() => exercise.Solve<Func<double, double>>(x => 2 * x, Fault)));
        Assert.StartsWith("✓", Shown(() => exercise.Solve<Func<double, double>>(x => x, Fault)));
    }

    [Fact]
    public void A_function_is_told_where_it_goes_wrong()
    {
        Assert.Equal("✗ Exercise 1.1 Halve the step: not yet: at 3 your function gives 6, expected 9", Shown(() => exercise.Try(x => 2 * x, x => x * x, 1e-9, 2, 3)).Split('\n')[0]);
        Assert.Equal("✓ Exercise 1.1 Halve the step: your function is right at 2, 3", Shown(() => exercise.Try(x => x * x, x => x * x, 1e-9, 2, 3)));
        Assert.Equal("✗ Exercise 1.1 Halve the step: not yet: at 2 your function throws DivideByZeroException: Attempted to divide by zero.",
            Shown(() => exercise.Try(x => 1 / (int)(x - 2), x => x, 1e-9, 2)).Split('\n')[0]);
        Assert.Equal("✗ Exercise 1.1 Halve the step: not yet: at 3 your function gives NaN, expected 3", Shown(() => exercise.Try(x => x > 2 ? double.NaN : x, x => x, 1e-9, 2, 3)).Split('\n')[0]);
    }

    [Fact]
    public void A_solution_must_pass_its_own_test()
    {
        Assert.StartsWith("✓", Shown(() => exercise.Solve(0.5, 0.5, 0.01)));
        string message = "";
        Shown(() => message = Assert.Throws<CheckFailedException>(() => exercise.Solve(0.6, 0.5, 0.01)).Message);
        Assert.Equal("Exercise 1.1 Halve the step: the solution fails its own test: not yet: 0.6 is too large.", message);
        Shown(() => Assert.Throws<CheckFailedException>(() => exercise.Solve(double.NaN, 0.5, 0.01)));
        Shown(() => Assert.Throws<CheckFailedException>(() => exercise.Solve(x => x + 1, x => x, 0.01, 1)));
    }
}
