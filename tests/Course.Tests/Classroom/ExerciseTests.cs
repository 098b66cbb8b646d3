using System.Reflection;
using Course.Classroom;
using Course.Classroom.Exercises;
using Diffusion.Devices;
using Diffusion.Networks;
using Diffusion.Schedules;
using Shared;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Course.Tests.Classroom;

[Collection("Front end")]
public class ExerciseTests
{
    static readonly NumberExercise number = new("1.1 Halve the step", "the variance counts time, not steps", 0.5, 0.01, (2, "that is its square root, squared twice"), (3, "that is three"));

    static readonly FunctionExercise<Func<double, double>> square = FunctionExercise.Of("1.1 Halve the step", "the variance counts time, not steps", x => x * x, 1e-9, [2, 3],
        (x => x, "the square is missing"), (x => -x * x, "the sign"));

    static readonly TriedExercise<Func<double, double>> tried = new("1.1 Halve the step", "the variance counts time, not steps", step => step(1) > 1 ? "it grows" : null);

    static string Shown(Action act) => string.Join("\n", ConsoleLines.Of(act));

    static string FirstLine(Action act) => Shown(act).Split('\n')[0].Replace("Exercise 1.1 Halve the step: ", "");

    [Fact]
    public void An_exercise_not_answered_never_throws_and_offers_its_hint()
    {
        string open = "✎ Exercise 1.1 Halve the step: not answered yet: put your answer in this cell and run it again\n  Hint: the variance counts time, not steps";
        Assert.Equal(open, Shown(() => number.Try(null)));
        Assert.Equal(open, Shown(() => number.Try(double.NaN)));
        Assert.Equal(open, Shown(() => square.Try(null)));
        Assert.Equal(open, Shown(() => square.Try(_ => double.NaN)));
        Assert.Equal(open, Shown(() => square.Try(_ => throw new NotImplementedException())));
        Assert.Equal(open, Shown(() => tried.Try(null)));
        Assert.Equal(open, Shown(() => tried.Try(_ => throw new NotImplementedException())));
    }

    [Theory]
    [InlineData(0.505, "✓ 0.505 is right")]
    [InlineData(5, "✗ not yet: 5 is too large, by a factor of about 10")]
    [InlineData(0.55, "✗ not yet: 0.55 is too large")]
    [InlineData(0.125, "✗ not yet: 0.125 is too small, by a factor of about 4")]
    [InlineData(-0.5, "✗ not yet: −0.5 has the wrong sign")]
    [InlineData(0, "✗ not yet: 0 is too small")]
    [InlineData(double.PositiveInfinity, "✗ not yet: ∞ is not finite")]
    [InlineData(2, "✗ not yet: 2: that is its square root, squared twice")]
    [InlineData(1.97, "✗ not yet: 1.97: that is its square root, squared twice")]
    [InlineData(3.05, "✗ not yet: 3.05: that is three")]
    [InlineData(1.9, "✗ not yet: 1.9 is too large, by a factor of about 3.8")]
    public void A_number_is_told_what_is_wrong_with_it_but_not_the_answer(double answer, string line) => Assert.Equal(line, FirstLine(() => number.Try(answer)));

    [Fact]
    public void A_function_is_told_its_slip_or_where_it_goes_wrong()
    {
        Assert.Equal("✓ your function is right at 2, 3", FirstLine(() => square.Try(x => x * x)));
        Assert.Equal("✗ not yet: the square is missing", FirstLine(() => square.Try(x => x)));
        Assert.Equal("✗ not yet: the sign", FirstLine(() => square.Try(x => -x * x)));
        Assert.Equal("✗ not yet: at 3 your function gives 6, expected 9", FirstLine(() => square.Try(x => 2 * x)));      // 2·2 = 2² is right at 2
        Assert.Equal("✗ not yet: at 3 your function gives NaN, expected 9", FirstLine(() => square.Try(x => x > 2 ? double.NaN : x * x)));
        Assert.Equal("✗ not yet: at 2 your function throws DivideByZeroException: Attempted to divide by zero.", FirstLine(() => square.Try(x => 1 / (int)(x - 2))));
        var product = FunctionExercise.Of("2", "h", (x, y) => x * y, 1e-9, [(2, 3), (-1, 4)], ((x, y) => x + y, "that is the sum"));
        Assert.Contains("right at (2, 3), (−1, 4)", Shown(() => product.Try((a, b) => b * a)));
        Assert.Contains("that is the sum", Shown(() => product.Try((a, b) => a + b)));
        Assert.Contains("at (−1, 4) your function gives 4", Shown(() => product.Try((a, b) => Math.Abs(a) * b)));
    }

    [Fact]
    public void Whatever_the_reader_made_is_tried_and_told_its_fault()
    {
        Assert.Equal("✓ yours is right", FirstLine(() => tried.Try(x => x / 2)));
        Assert.Equal("✗ not yet: it grows", FirstLine(() => tried.Try(x => 2 * x)));
        Assert.Equal("✗ not yet: yours throws InvalidOperationException: no.", FirstLine(() => tried.Try(_ => throw new InvalidOperationException("no.\nmore"))));
    }

    [Fact]
    public void A_solution_must_pass_its_own_test()
    {
        Assert.StartsWith("✓", Shown(() => number.Solve(0.5)));
        Assert.StartsWith("✓", Shown(() => square.Solve(x => x * x)));
        Assert.StartsWith("✓", Shown(() => tried.Solve(x => x)));
        string message = "";
        Shown(() => message = Assert.Throws<CheckFailedException>(() => number.Solve(0.6)).Message);
        Assert.Equal("Exercise 1.1 Halve the step: the solution fails its own test: not yet: 0.6 is too large.", message);
        Shown(() => Assert.Throws<CheckFailedException>(() => number.Solve(double.NaN)));
        Shown(() => Assert.Throws<CheckFailedException>(() => square.Solve(x => x + 1)));
        Shown(() => Assert.Throws<CheckFailedException>(() => tried.Solve(null)));
    }

    /// <summary>Two things said of one answer, or a right answer called wrong, are found when the exercise is written.</summary>
    [Fact]
    public void Slips_that_cannot_be_told_apart_are_refused()
    {
        Assert.Contains("'that is 2' and 'that is 2.05'", Assert.Throws<ArgumentException>(() => new NumberExercise("t", "h", 1, 0.1, (2.05, "that is 2.05"), (2, "that is 2"))).Message);
        Assert.Contains("'the right answer'", Assert.Throws<ArgumentException>(() => new NumberExercise("t", "h", 1, 0.1, (1.05, "nearly"))).Message);
        Assert.Contains("'the right answer'", Assert.Throws<ArgumentException>(() => new NumberExercise("t", "h", 1, 0.1, (double.NaN, "no number"))).Message);
        Assert.Contains("'twice' and 'the square'", Assert.Throws<ArgumentException>(() => FunctionExercise.Of("t", "h", x => x, 1e-9, [2], (x => x * x, "the square"), (x => 2 * x, "twice"))).Message);
        Assert.Contains("no place", Assert.Throws<ArgumentException>(() => FunctionExercise.Of("t", "h", (double x) => x, 1e-9, [])).Message);
    }

    /// <summary>A slip is known when it is rounded, and does not answer for another mistake beside it.</summary>
    [Theory]
    [InlineData(1000, "those are the steps")]
    [InlineData(999, "the last step")]
    [InlineData(1002, "1002 is too large")]
    [InlineData(990, "990 is too small")]
    public void Slips_that_lie_close_are_told_apart(double answer, string says) => Assert.Contains(says, Shown(() => Chapter00.CountTheEntries.Try(answer)));

    static readonly Type[] chapters = [typeof(Chapter00), typeof(Chapter01), typeof(Chapter02), typeof(Chapter03), typeof(Chapter04), typeof(Chapter05), typeof(Chapter06), typeof(Chapter07), typeof(Chapter08), typeof(Chapter09)];

    public static IEnumerable<(string Chapter, string Name)> All => chapters.SelectMany(chapter =>
        chapter.GetProperties(BindingFlags.Public | BindingFlags.Static).Where(p => p.PropertyType.IsAssignableTo(typeof(Exercise))).Select(p => (chapter.Name, p.Name))
            .Concat(chapter.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.ReturnType.IsAssignableTo(typeof(Exercise)) && !m.IsSpecialName).Select(m => (chapter.Name, m.Name))));

    /// <summary>Every exercise stands in its chapter, once as a question and once as a solution, and its answer stands in neither question.</summary>
    [Fact]
    public void Every_exercise_is_asked_and_solved_in_its_chapter()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Workbook.sln"))) root = Path.GetDirectoryName(root)!;
        Assert.InRange(All.Count(), 40, 100);
        foreach (var (chapter, name) in All)
        {
            string text = File.ReadAllText(Directory.GetFiles(Path.Combine(root, "notebooks"), $"{chapter[^2..]}-*.ipynb").Single());
            int Times(string end) => System.Text.RegularExpressions.Regex.Count(text, $@"{chapter}\.{name}(\([^)]*\))?\.{end}\(");
            Assert.Equal((1, 1), (Times("Try"), Times("Solve")));
        }
    }

    [Fact]
    public void The_numbers_of_the_faces_network_are_those_of_its_configuration()
    {
        Shown(() => Chapter08.HalfTheBytes.Solve(bytes => bytes * 113.673219));
        static double Counted(double channels)
        {
            using var layer = new Attention((int)channels, UNetConfig.Digits);
            return layer.parameters().Sum(p => p.numel());
        }
        Shown(() => Chapter08.WithoutAttention.Solve(channels => 6 * Counted(channels)));
    }

    [Fact]
    public void Slips_of_tensors_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Contains("its variance should be", Shown(() => Chapter01.Step.Try((x, β) => Math.Sqrt(1 - β) * x + β * torch.randn_like(x))));
        Assert.Contains("rand_like", Shown(() => Chapter04.Step.Try((x, β) => Math.Sqrt(1 - β) * x + Math.Sqrt(β) * torch.rand_like(x))));
        Assert.Contains("not normal", Shown(() => Chapter04.Step.Try((x, β) => Math.Sqrt(1 - β) * x + Math.Sqrt(12 * β) * (torch.rand_like(x) - 0.5))));
        Assert.Contains("the noise new", Shown(() => { Tensor? kept = null; Chapter01.Step.Try((x, β) => Math.Sqrt(1 - β) * x + Math.Sqrt(β) * (kept ??= torch.randn_like(x).DetachFromDisposeScope())); }));
        Assert.Contains("plain number", Shown(() => Chapter02.Draw.Try((μ, lnσ, ε) => μ + Math.Exp(lnσ.ToDoubles()[0]) * ε)));
        Assert.Contains("expected σ", Shown(() => Chapter02.Draw.Try((μ, lnσ, ε) => μ + lnσ * ε)));
        Assert.Contains("between them it is off", Shown(() => Chapter06.Bytes.Try(b => (b / 255).square() * 2 - 1)));
        Assert.Contains("paper (byte 0) becomes 0", Shown(() => Chapter06.Bytes.Try(b => b / 255)));
        NoiseSchedule fifty = NoiseSchedule.Linear().Rescaled(50);
        Assert.Contains("the step before", Shown(() => Chapter06.Noised.Try((x0, ε, t) => fifty.SqrtAlphaBar[t - 1] * x0 + fifty.SqrtOneMinusAlphaBar[t - 1] * ε)));
        static Tensor asked(Tensor x, int t) => t < 1 ? x * double.NaN : x / t;
        Assert.Contains("no noise to be guessed", Shown(() => Chapter07.OffByOne(asked).Try((x, t) => asked(x, t - 1))));
        Assert.Contains("asks at t + 1", Shown(() => Chapter07.OffByOne(asked).Try((x, t) => asked(x, Math.Min(50, t + 1)))));
        Assert.Contains("yours is right", Shown(() => Chapter07.OffByOne(asked).Try(asked)));
        Assert.Contains("asks for a median", Shown(() => Chapter05.Loss.Try(r => Math.Abs(r) < 1 ? 0.5 * r * r : Math.Abs(r) - 0.5)));
        Assert.Contains("still in x_T", Shown(() => Chapter03.WashedOut.Try(n => [.. Enumerable.Range(1, n).Select(t => n == 1 ? 0.5 : 1e-4 + (0.02 - 1e-4) * (t - 1) / (n - 1))])));
    }
}
