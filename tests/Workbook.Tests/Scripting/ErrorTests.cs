using Workbook.Scripting;

namespace Workbook.Tests;

[Collection(Sessions.Name)]
public sealed class ErrorTests : IDisposable
{
    readonly TestSession session = new();

    public void Dispose() => session.Dispose();

    static string Lines(CellOutput.Error? error) => string.Join("\n", error!.Traceback);

    [Fact]
    public void A_compile_error_says_line_and_column_of_its_own_cell_and_marks_them()
    {
        session.Good("int first = 1;\nint second = 2;");
        CellOutput.Error error = session.Run("int x = 1;\n\tint y = \"s\";\nint z = nothing;")!;
        Assert.Equal(("CompilationError", 2, "int y = \"s\";"), (error.Name, error.Line, error.Source));
        Assert.Equal("(2,10): error CS0029: Cannot implicitly convert type 'string' to 'int'", error.Message);
        Assert.Equal("""
            (2,10): error CS0029: Cannot implicitly convert type 'string' to 'int'
                [TAB]int y = "s";
                [TAB]        ^
            (3,9): error CS0103: The name 'nothing' does not exist in the current context
                int z = nothing;
                        ^
            """.Replace("[TAB]", "\t"), Lines(error));
    }

    [Fact]
    public void An_exception_is_followed_through_the_cells_and_not_into_the_engine()
    {
        session.Good("using System;\nusing System.Linq;\nint Half(int n)\n{\n    if (n % 2 != 0)\n        throw new ArgumentException(\"n is odd.\");\n    return n / 2;\n}");
        session.Good("class Box\n{\n    public int Open(System.Func<int, int> f) => f(3);\n}");
        CellOutput.Error error = session.Run("int a = Half(4);\n\nint b = new Box().Open(n => Half(n));")!;
        Assert.Equal(("ArgumentException", "n is odd.", 3, "int b = new Box().Open(n => Half(n));"), (error.Name, error.Message, error.Line, error.Source));
        Assert.Equal("""
            ArgumentException: n is odd.
               at Half in cell 1, line 6: throw new ArgumentException("n is odd.");
               at cell 3, line 3: int b = new Box().Open(n => Half(n));
               at Box.Open in cell 2, line 3: public int Open(System.Func<int, int> f) => f(3);
               at cell 3, line 3: int b = new Box().Open(n => Half(n));
            """, Lines(error));
    }

    [Fact]
    public void The_frames_of_a_library_are_named_without_paths_of_the_machine()
    {
        string text = Lines(session.Run("int.Parse(\"x\")"));
        Assert.StartsWith("FormatException: The input string 'x' was not in a correct format.", text);
        Assert.Contains("   at System.Int32.Parse\n   at cell 1, line 1: int.Parse(\"x\")", text);
        Assert.DoesNotContain("Submission", text);
        Assert.DoesNotContain("CodeAnalysis", text);
    }

    [Fact]
    public void After_an_await_the_lines_are_still_those_of_the_cell()
    {
        session.Good("using System;\nusing System.Threading.Tasks;\nasync Task Fail()\n{\n    await Task.Delay(1);\n    throw new InvalidOperationException(\"late\");\n}");
        Assert.Equal("InvalidOperationException: late\n   at Fail in cell 1, line 6: throw new InvalidOperationException(\"late\");\n   at cell 2, line 2: await Fail();",
            Lines(session.Run("await Task.Yield();\nawait Fail();")));
    }

    [Fact]
    public void What_only_wraps_another_exception_steps_aside_and_a_cause_is_told()
    {
        session.Good("using System;\nusing System.Threading.Tasks;\nstatic class Broken { static Broken() => throw new Exception(\"inner\"); public static int X; }");
        Assert.Equal("inner", session.Run("Broken.X")?.Message);
        Assert.Equal("task", session.Run("Task.Run(() => throw new Exception(\"task\")).Wait();")?.Message);
        Assert.Contains("caused by FormatException: why", Lines(session.Run("throw new Exception(\"what\", new FormatException(\"why\"));")));
    }

    [Fact]
    public void After_an_exception_what_the_cell_declared_by_then_stays_and_earlier_state_too()
    {
        session.Good("int before = 1;");
        Assert.NotNull(session.Run("int early = 2;\nthrow new System.Exception();\nint late = 3;"));
        Assert.NotNull(session.Run("this does not compile"));
        Assert.Equal("3", session.Shows("before + early + late"));
    }

    [Fact]
    public void An_error_is_the_last_output_of_its_cell()
    {
        CellOutput.Error? error = session.Run("System.Console.Write(1);\nthrow new System.Exception(\"x\");");
        Assert.Equal([new CellOutput.Stream("stdout", "1"), error!], session.Outputs);
    }
}
