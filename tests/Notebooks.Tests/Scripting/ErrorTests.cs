using Notebooks.Scripting;
using Shared.Program;

namespace Notebooks.Tests.Scripting;

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
        Assert.Equal("The value has the wrong type: a `string` where an `int` is wanted; write `int.Parse(…)` around the text, or the value without quotes.", error.Message);
        Assert.Equal("""
            The value has the wrong type: a `string` where an `int` is wanted; write `int.Parse(…)` around the text, or the value without quotes.
            → 2: [TAB]int y = "s";
                 [TAB]        ^
            (2,10): error CS0029: Cannot implicitly convert type 'string' to 'int'
            `nothing` is not known here: run the cells above first (Run All Above), or correct the spelling.
            → 3: int z = nothing;
                         ^
            (3,9): error CS0103: The name 'nothing' does not exist in the current context
            """.Replace("[TAB]", "\t"), Lines(error));
    }

    const string Earlier = "using System;\nusing System.Collections.Generic;\ndouble alphaBar = 0.5;\nvar numbers = new List<int> { 1, 2 };\nint Half(int n) => n / 2;";

    [Theory]
    [InlineData("int a = 1\nint b = 2;", 1, "CS1002", "A `;` is missing after `int a = 1`: end the statement with it.")]
    [InlineData("int F(int n)\n{\n    return n;", 3, "CS1513", "A `}` is missing after `return n;`: every `{` needs one.")]
    [InlineData("\nMath.Sqrt(2.0;", 2, "CS1026", "A `)` is missing after `Math.Sqrt(2.0`: every `(` needs one.")]
    [InlineData("int[] a = { 1 2 };", 1, "CS1003", "A `,` is missing after `int[] a = { 1`: write it there, or correct what stands just before.")]
    [InlineData("int a = 3 + ;", 1, "CS1525", "A value is missing before `;`: write one there, or remove what is too much.")]
    [InlineData("int a = 3 *", 1, "CS1733", "A value is missing after `int a = 3 *`: write one there.")]
    [InlineData("int a = 1;\n}", 2, "CS7017", "There is a `}` too many, or the `{` that belongs to it is missing: count them.")]
    [InlineData("string s = \"abc;", 1, "CS1010", "A text is not closed: write a `\"` at its end, on the same line.")]
    [InlineData("var s = 'abc';", 1, "CS1012", "Single quotes hold one character only: write text in double quotes, \"like this\".")]
    [InlineData("alphaBar * 2;", 1, "CS0201", "This line computes a value and drops it: leave out the `;` of a cell's last line to see the value, or keep it with `var name = …;`.")]
    [InlineData("schedule.Beta", 1, "CS0103", "`schedule` is not known here: run the cells above first (Run All Above), or correct the spelling.")]
    [InlineData("1 + alhpaBar", 1, "CS0103", "`alhpaBar` is not known here: did you mean `alphaBar`? If not, run the cells above first (Run All Above): one of them may declare it.")]
    [InlineData("AlphaBar", 1, "CS0103", "`AlphaBar` is not known here: did you mean `alphaBar`? If not, run the cells above first (Run All Above): one of them may declare it.")]
    [InlineData("bool yes = True;", 1, "CS0103", "`True` is not known here: did you mean `true`? If not, run the cells above first (Run All Above): one of them may declare it.")]
    [InlineData("Lsit<int> l = null;", 1, "CS0246", "`Lsit` is not known here: did you mean `List`? If not, run the cells above first (Run All Above): one of them may declare it.")]
    [InlineData("Stopwatch w;", 1, "CS0246", "`Stopwatch` is in the namespace `System.Diagnostics`, which is not open here: run the cells above first (Run All Above), or write `using System.Diagnostics;` at the top.")]
    [InlineData("using System.Tensors;", 1, "CS0234", "The namespace `System` has no `Tensors`: correct the spelling, or run the cells above first (Run All Above), since one of them references its library.")]
    [InlineData("\"abc\".lenght", 1, "CS1061", "`string` has no `lenght`: did you mean `Length`?")]
    [InlineData("numbers.Tensor", 1, "CS1061", "`List<int>` has no `Tensor`: correct the spelling, or choose from the list that the editor shows behind the dot.")]
    [InlineData("Math.Squrt(2)", 1, "CS0117", "`Math` has no `Squrt`: did you mean `Sqrt`?")]
    [InlineData("float f = alphaBar;", 1, "CS0266", "The value has the wrong type: a `double` where a `float` is wanted; write `f` behind a number (`0.5f`), or `(float)` before the value.")]
    [InlineData("int n = 2.5;", 1, "CS0266", "The value has the wrong type: a `double` where an `int` is wanted; write `(int)` before the value, which cuts off its decimals, or declare `double`.")]
    [InlineData("float f = 0.5;", 1, "CS0664", "A number with a decimal point is a `double`, not a `float`: write `f` behind it, as in `0.5f`.")]
    [InlineData("string s = 5;", 1, "CS0029", "The value has the wrong type: an `int` where a `string` is wanted; write `.ToString()` behind the value, or `\"…\"` around a text.")]
    [InlineData("int n = 1;\nif (n = 3) { }", 2, "CS0029", "The value has the wrong type: an `int` where a `bool` is wanted; write a condition, such as `x == 1` (a single `=` assigns).")]
    [InlineData("\"a\" - 1", 1, "CS0019", "`-` cannot combine a `string` and an `int`: convert one, or check that both are what you think.")]
    [InlineData("Half(\"a\")", 1, "CS1503", "An argument has the wrong type: a `string` where an `int` is wanted; write `int.Parse(…)` around the text, or the value without quotes.")]
    [InlineData("Half()", 1, "CS7036", "The call of `Half(int)` lacks the argument `n`: add it.")]
    [InlineData("Half(1, 2)", 1, "CS1501", "`Half` does not take that many arguments: it is `Half(int n)`.")]
    [InlineData("void F()\n{\n    int k;\n    k++;\n}", 4, "CS0165", "`k` may not have a value yet: give it one where it is declared, such as `= 0`.")]
    [InlineData("int m = 1;\nint m = 2;", 2, "CS0102", "This cell declares `m` twice: rename one, or leave out the type the second time (`m = …;`).")]
    [InlineData("{ int i = 1; int i = 2; }", 1, "CS0128", "`i` is declared twice: rename one, or leave out the type the second time (`i = …;`).")]
    [InlineData("{ int i = 1; { int i = 2; } }", 1, "CS0136", "`i` is already a variable of the code around this block: choose another name inside it.")]
    [InlineData("#r \"../lib/bin/Diffusion.dll\"", 1, "CS0006", "`../lib/bin/Diffusion.dll` does not exist: build the library with `dotnet build -c Release` in the workbook's folder, or correct the path.")]
    [InlineData("goto nowhere;", 1, "CS0159", "(1,6): error CS0159: No such label 'nowhere' within the scope of the goto statement")]
    public void A_compile_error_says_first_what_to_do_then_marks_the_line_and_gives_the_compilers_own_text(string code, int line, string id, string sentence)
    {
        session.Good(Earlier);
        CellOutput.Error error = session.Run(code)!;
        Assert.Equal((sentence, sentence, line), (error.Traceback[0], error.Message, error.Line));
        Assert.Equal($"→ {line}: {code.Split('\n')[line - 1]}", error.Traceback[1]);
        Assert.Matches(@"^ {5,}\^$", error.Traceback[2]);
        Assert.Contains(error.Traceback, text => text.Contains($"): error {id}: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("string s = null;\ns.Length", 2, "NullReferenceException", "Something that stands before a dot or a bracket in this line is `null`: nothing has been assigned to it yet. Run the cells above first (Run All Above), or print it to see which.")]
    [InlineData("int zero = 0;\n1 / zero", 2, "DivideByZeroException", "A whole number is divided by 0: check the divisor, or compute with decimals (`1.0 / n`).")]
    [InlineData("numbers[2]", 1, "ArgumentOutOfRangeException", "An index lies outside the list or array: the first is 0, the last is one less than its length.")]
    [InlineData("new System.IO.StringReader(\"\").Dispose();\nthrow new ObjectDisposedException(\"x\");", 2, "ObjectDisposedException",
        "This object has been disposed: the `using` block or dispose scope in which it was made has ended. Make it again, or take it out with `.MoveToOuterDisposeScope()` before the end.")]
    [InlineData("System.Reflection.Assembly.Load(\"Diffusion.Nowhere\");", 1, "FileNotFoundException",
        "The library Diffusion.Nowhere cannot be loaded: build it with `dotnet build -c Release` in the workbook's folder, then restart the kernel and run all.")]
    [InlineData("class Natives { [System.Runtime.InteropServices.DllImport(\"nowhere\")] public static extern void Go(); }\nNatives.Go();", 2, "DllNotFoundException",
        "The native libraries of TorchSharp cannot be loaded: `dotnet run --project lib/Workbook -c Release -- doctor` says why, `dotnet build -c Release` brings them back.")]
    public void An_exception_says_first_what_to_do_then_marks_the_line_and_gives_its_own_text(string code, int line, string type, string sentence)
    {
        session.Good(Earlier);
        CellOutput.Error error = session.Run(code)!;
        Assert.Equal((sentence, sentence, type), (error.Traceback[0], error.Message, error.Name));
        Assert.Equal((line, $"→ {line}: {code.Split('\n')[line - 1]}"), (error.Line, error.Traceback[1]));
        Assert.StartsWith(type + ": ", error.Traceback[2]);
    }

    [Fact]
    public void A_tensor_error_says_in_a_sentence_what_does_not_fit_and_nothing_of_C_plus_plus()
    {
        const string noDevice = "There is no such device here (no GPU, or the CPU build of libtorch): write `Compute.Device`, which is the best there is, "
            + "or build with `-p:Torch=cuda` on a machine with an NVIDIA GPU.";
        const string disposed = "This object has been disposed: the `using` block or dispose scope in which it was made has ended. Make it again, or take it out with `.MoveToOuterDisposeScope()` before the end.";
        (string Code, string Sentence)[] cases =
        [
            ("x + y", "Two tensors do not fit element by element: in dimension 1 one has 3 entries and the other 4. Print the `.shape` of both; only equal sizes or 1 go together."),
            ("x.mm(x)", "These matrices cannot be multiplied: one is 2x3, the other 2x3, but the columns of the first must be as many as the rows of the second. Print the `.shape` of both."),
            ("torch.nn.Linear(4, 2).call(x)", "These matrices cannot be multiplied: one is 2x3, the other 4x2, but the columns of the first must be as many as the rows of the second. Print the `.shape` of both."),
            ("y.reshape(2, 3)", "A tensor of 8 numbers cannot be given the shape [2, 3]: the product of the sizes must be 8. Print its `.shape`, or leave one size to -1."),
            ("torch.cat(new[] { x, y }, 0)", "These tensors cannot be joined along dimension 0: elsewhere their sizes differ, 3 and 4. Print the `.shape` of each."),
            ("torch.stack(new[] { x, y })", "Only tensors of one shape can be stacked, and these have the shapes [2, 3] and [2, 4]: print the `.shape` of each."),
            ("torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 1, 3, 3))", "This convolution takes 1 channels, but the input [1, 3, 8, 8] has 3: print the input's `.shape` (batch, channels, height, width)."),
            ("x[5]", "There is no entry 5 in dimension 0 of a tensor of shape [2, 3]: count from 0, and print its `.shape`."),
            ("x.index_select(0, torch.tensor(new long[] { 7 }))", "An index lies outside the tensor: count from 0, and print the indices and the tensor's `.shape`."),
            ("x.sum(dim: 4)", "The tensor has no dimension 4, only -2 to 1 (negative ones count from the end): print its `.shape`."),
            ("x.item<float>()", "`.item` takes a number out of a tensor of one element, and this one has more: print its `.shape`, and index it or take `.mean()` first."),
            ("x.mm(torch.ones(3, 2, dtype: torch.float64))", "Two tensors hold different types of numbers: print the `.dtype` of both, and convert one with `.to(torch.float32)`."),
            ("torch.randint(0, 10, 3).mean()", "A mean needs numbers with decimals, and this tensor holds whole numbers: convert it first with `.to(torch.float32)`."),
            ("x.data<double>()[0]", "The tensor holds Float32, not Double: read it as Float32, or convert it with `.to(…)` first."),
            ("x.sum().backward();", "There is nothing to differentiate: make the tensor with `requires_grad: true` before computing with it."),
            ("x.bmm(x)", "PyTorch cannot do this: batch1 must be a 3D tensor. Print the `.shape` and the `.dtype` of the tensors in this line."),
            ("gone + 1", disposed),
            ("torch.device(\"mps\")", noDevice),
            // A GPU may be there.
            .. WorkerSession.HasCuda ? [] : ((string, string)[])[("torch.randn(2, device: torch.CUDA)", noDevice), ("torch.device(\"cuda\")", noDevice), ("x.cuda()", noDevice)],
        ];
        using var worker = new WorkerSession();
        worker.Good($"#r \"{WorkbookProgram.Bin}/TorchSharp.dll\"\n#r \"{WorkbookProgram.Bin}/Diffusion.dll\"\nusing TorchSharp;\nusing Diffusion.Forward; using Diffusion.Networks; using Diffusion.Schedules; using Diffusion.Sampling;");
        worker.Good("var x = torch.ones(2, 3);\nvar y = torch.ones(2, 4);\ntorch.Tensor gone;\nusing (torch.NewDisposeScope()) gone = torch.ones(1);");
        foreach ((string code, string sentence) in cases)
        {
            string[] traceback = worker.Run("// first\n" + code);
            Assert.Equal([sentence, $"→ 2: {code}"], traceback[..2]);
            Assert.Matches("^(ExternalException|ArgumentException|InvalidOperationException): ", traceback[2]);
            Assert.DoesNotContain(traceback, line => line.Contains("frame #", StringComparison.Ordinal) || line.Contains("LoadNativeBackend: ", StringComparison.Ordinal));
        }
        Assert.Equal("The value has the wrong type: a `Tensor` where a `float` is wanted; take the number out of a tensor of one element with `.item<float>()`.", worker.Run("float f = x.mean();")[0]);
        Assert.Equal("`Tensor` has no `shpe`: did you mean `shape`?", worker.Run("x.shpe")[0]);
        Assert.Equal("`torch` has no `randm`: did you mean `rand`?", worker.Run("torch.randm(2)")[0]);
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
            → 3: int b = new Box().Open(n => Half(n));
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
        Assert.StartsWith("FormatException: The input string 'x' was not in a correct format.\n→ 1: int.Parse(\"x\")\n", text);
        Assert.Contains("   at System.Int32.Parse\n   at cell 1, line 1: int.Parse(\"x\")", text);
        Assert.DoesNotContain("Submission", text);
        Assert.DoesNotContain("CodeAnalysis", text);
    }

    [Fact]
    public void After_an_await_the_lines_are_still_those_of_the_cell()
    {
        session.Good("using System;\nusing System.Threading.Tasks;\nasync Task Fail()\n{\n    await Task.Delay(1);\n    throw new InvalidOperationException(\"late\");\n}");
        Assert.Equal("InvalidOperationException: late\n→ 2: await Fail();\n   at Fail in cell 1, line 6: throw new InvalidOperationException(\"late\");\n   at cell 2, line 2: await Fail();",
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
