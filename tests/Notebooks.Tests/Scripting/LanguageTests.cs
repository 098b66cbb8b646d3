using Notebooks.Scripting;
using Shared.Program;

namespace Notebooks.Tests.Scripting;

/// <summary>A | in the code is the cursor. The cells before are a chapter's setup cell and some declarations.</summary>
[Collection(Sessions.Name)]
public sealed class LanguageTests(LanguageTests.Chapter chapter) : IClassFixture<LanguageTests.Chapter>
{
    public sealed class Chapter : IDisposable
    {
        internal TestSession Session { get; } = new();

        public Chapter() => Session.Good($$"""
            #r "{{WorkbookProgram.Bin}}/TorchSharp.dll"
            #r "{{WorkbookProgram.Bin}}/Diffusion.dll"
            #r "{{WorkbookProgram.Bin}}/Figures.dll"
            using System;
            using System.Collections.Generic;
            using System.IO;
            using System.Linq;
            using static System.Math;
            using TorchSharp;
            using Diffusion.Devices; using Diffusion.Schedules; using Diffusion.Sampling; using Diffusion.Forward;
            using Figures;
            using Tensor = TorchSharp.torch.Tensor;
            """).Good("Tensor batch = null; int total = 1; double β = 0.5;").Good("""
            int Twice(int number) => 2 * number;
            class Ball
            {
                /// <summary>How heavy, in <c>kg</c>.</summary>
                public double Mass;
                /// <summary>Lets it go.</summary>
                public virtual void Drop() { }
                /// <summary>Throws it.</summary>
                /// <param name="speed">In m/s.</param>
                public void Throw(double speed) { }
                public void Throw(double speed, string whom) { }
            }
            class Heavy : Ball { /// <inheritdoc/>
                public override void Drop() { } }
            """);

        public void Dispose() => Session.Dispose();
    }

    [Theory]
    [InlineData("batch.unsq|", "unsqueeze:method unsqueeze_:method")] // TorchSharp
    [InlineData("batch.Dev|", "device:property device_index:property device_type:property")]
    [InlineData("torch.nn.func|", "functional:class")]
    [InlineData("Sampler.d|", "Ddim:method Ddpm:method")] // Diffusion
    [InlineData("NoiseSchedule s; s.AlphaBar|", "AlphaBar:property")]
    [InlineData("TimeSpacing.|", "Leading:enum member Linspace:enum member Trailing:enum member")]
    [InlineData("DayOfWeek.T|", "Thursday:enum member Tuesday:enum member")]
    [InlineData("new Ball().M|", "Mass:field")] // earlier cells
    [InlineData("tota|", "total:field")]
    [InlineData("Twi|", "Twice:method")]
    [InlineData("Bal|", "Ball:class")]
    [InlineData("tota| + 1;\nint y = 2;", "total:field")]
    [InlineData("foreac|", "foreach:keyword")]
    [InlineData("Sampler.Ddim(null, ste|", "steps::parameter")]
    [InlineData("new List<int> { 1 }.Sel|", "Select:method SelectMany:method")] // an extension
    [InlineData("Console.WriteLine($\"{tota|}\")", "total:field")]
    [InlineData("if (total > 0) { for (int i = 0; i < tota|", "total:field")]
    [InlineData("class K { void F() { new Ball().Dr|", "Drop:method")]
    [InlineData("Enumerable.Range(0, 3).Select(one => one.CompareT|", "CompareTo:method")]
    [InlineData("nobody.|", "")]
    [InlineData("batch.nothingOfThis|", "")]
    [InlineData("\"tota|\"", "")] // text
    [InlineData("\"tota|", "")]
    [InlineData("$\"tota| {total}\"", "")]
    [InlineData("$\"{total} tota|\"", "")]
    [InlineData("DateTime.Now.ToString(\"|\")", "")]
    [InlineData("// tota|", "")]
    [InlineData("/* tota|", "")]
    [InlineData("/// tota|\nclass K { }", "")]
    public void The_candidates_are_what_can_stand_there(string code, string candidates) =>
        Assert.Equal(candidates, string.Join(' ', Complete(code).Items.Select(item => $"{item.Text}:{item.Kind}")));

    [Theory]
    [InlineData("tota|", 0, 4)]
    [InlineData("int ε = 1; string s = \"😀\"; tota|", 28, 32)]
    [InlineData("int x = to|tal + 1;", 8, 13)]
    [InlineData("new Ball().|", 11, 11)]
    [InlineData("Console.WriteLine(β|)", 18, 19)]
    public void They_replace_the_name_that_the_cursor_is_in(string code, int start, int end)
    {
        Completions found = Complete(code);
        Assert.Equal((start, end), (found.Start, found.End));
        Assert.NotEmpty(found.Items);
    }

    [Fact]
    public void Greek_names_are_names()
    {
        Assert.Equal(["β"], Complete("β|").Items.Select(item => item.Text));
        Assert.Equal("μ̃ε", Complete("double μ̃ε = 1;\nμ|").Items[0].Text);
    }

    [Fact]
    public void An_empty_place_offers_no_snippet_no_unimported_type_and_nothing_twice()
    {
        string[] offered = [.. Complete("|").Items.Select(item => item.Text)];
        Assert.Contains("total", offered);
        Assert.Contains("foreach", offered);
        Assert.DoesNotContain("Stopwatch", offered);
        Assert.DoesNotContain("prop", offered);
        Assert.Equal(offered.Distinct(), offered);
    }

    [Fact]
    public void What_is_typed_as_it_is_written_comes_first() => Assert.Equal("Total", Complete("int Total = 2; Tota|").Items[0].Text);

    [Fact]
    public void A_reference_of_the_cell_itself_counts()
    {
        using var other = new TestSession();
        string code = $"#r \"{WorkbookProgram.Bin}/Diffusion.dll\"\nDiffusion.Sampling.Sampler.Ddi";
        Assert.Equal("Ddim", other.Language.Complete(code, code.Length).Items.Single().Text);
    }

    [Fact]
    public void The_context_is_what_the_session_has_run()
    {
        using var other = new TestSession();
        IEnumerable<string> Known() => other.Language.Complete("cell", 4).Items.Select(item => item.Text);
        Assert.Empty(Known());
        other.Good("int cellOne = 1;");
        Assert.NotNull(other.Run("int cellTwo = \"text\";"));
        Assert.Equal(["cellOne"], Known());
        Assert.NotNull(other.Run("int cellThree = 3; throw new System.Exception();"));
        Assert.Equal(["cellOne", "cellThree"], Known());
        other.Good("string cellOne = \"again\";");
        Assert.Equal(["cellOne", "cellThree"], Known());
        Assert.StartsWith("(field) string cellOne", other.Language.Inspect("cellOne", 3)!.Plain);
    }

    [Fact]
    public void It_answers_while_a_cell_runs()
    {
        TestSession? other = null;
        string? asked = null;
        using (other = new TestSession(() => asked = Task.Run(() => other!.Language.Complete("befor", 5)).Result.Items.Single().Text))
            other.Good("int before = 1;").Good("int beforehand = 2; System.Console.ReadLine();");
        Assert.Equal("before", asked);
    }

    [Theory]
    [InlineData("Sampler.Dd|im", "DDIM, Song, Meng & Ermon 2021: without fresh noise, so the same start gives the same end, and few steps do.")]
    [InlineData("Sampler.Ddim(null, |", "  steps: N, from 1 to T.")] // in a list that is not closed
    [InlineData("var s = Sampler.Ddim(null, 3|);", "  eta: η, 0 to 1.")]
    [InlineData("int ε = 1; string s = \"😀\"; Sampler.Ddp|m();", "Algorithm 2 of Ho et al. 2020, over all T times or N of them.")]
    [InlineData("Samp|ler", "DDPM (Ho et al.)       next time      1    β̃ or β     yes")]
    [InlineData("var s = new Sampler(|", "  schedule: The noise levels.")]
    [InlineData("new Ball().Ma|ss", "How heavy, in kg.")]
    [InlineData("new Heavy().Dro|p()", "Lets it go.")] // inherited
    [InlineData("Twice(|", "int Twice(int number)")]
    [InlineData("tot|al", "(field) int total")]
    [InlineData("{ var local = 1.5; loc|al }", "(local variable) double local")]
    [InlineData("batch.sum|()", "Tensor.sum(")]
    [InlineData("new[] { 1 }.Sel|ect(a => a)", "IEnumerable<int>.Select<int, ")]
    public void Help_says_what_a_name_is_and_what_is_documented(string code, string line) => Assert.Contains(line, Inspect(code)?.Plain);

    [Theory]
    [InlineData("new Ball().Throw(1, |", "void Ball.Throw(double speed, string whom)", "void Ball.Throw(double speed)")]
    [InlineData("new Ball().Throw(|", "void Ball.Throw(double speed)", "void Ball.Throw(double speed, string whom)")]
    [InlineData("new Ball().Throw(whom: \"me\", |", "void Ball.Throw(double speed, string whom)", "void Ball.Throw(double speed)")]
    [InlineData("Math.Abs(-1.5|)", "double Math.Abs(double value)", "decimal Math.Abs(decimal value)")]
    public void All_overloads_are_told_the_one_that_is_meant_first(string code, string first, string second) =>
        Assert.Equal([first, second], Inspect(code)!.Plain.Split('\n')[..2]);

    [Fact]
    public void Help_in_markdown_has_the_signature_as_code() => Assert.Equal(
        """
        ```csharp
        void Ball.Throw(double speed)
        void Ball.Throw(double speed, string whom)
        ```

        Throws it.
        - `speed`: In m/s.
        """, Inspect("new Ball().Throw(1|)")!.Markdown);

    [Fact]
    public void Exceptions_are_told() => Assert.Contains("ArgumentException: The name ends in something else.", Inspect("Figure f = null; f.Sav|e(\"\")")?.Plain);

    [Fact]
    public void The_framework_is_documented_where_the_SDK_is() => Assert.Contains("Returns the absolute value", Inspect("Math.Ab|s(1)")?.Plain);

    [Theory]
    [InlineData("nobody|")]
    [InlineData("nobody(|")]
    [InlineData("batch.nothingOfThis|")]
    [InlineData("|")]
    [InlineData("1 +| 2")]
    [InlineData("\"total|\"")]
    public void Of_nothing_there_is_no_help(string code) => Assert.Null(Inspect(code));

    [Theory]
    [InlineData("1 + 1", "complete")]
    [InlineData("int x = 1;", "complete")]
    [InlineData("", "complete")]
    [InlineData("// note", "complete")]
    [InlineData("await F()", "complete")]
    [InlineData("var x = (1 +", "incomplete", "    ")]
    [InlineData("if (x) {", "incomplete", "    ")]
    [InlineData("for (;;)\n{\n    if (a)\n    {", "incomplete", "        ")]
    [InlineData("class A {\n    int x;\n", "incomplete", "    ")]
    [InlineData("int x = 1", "incomplete")]
    [InlineData("x.", "incomplete")]
    [InlineData("/* open", "incomplete")]
    [InlineData("@\"open", "incomplete")]
    [InlineData("\"\"\"\nopen", "incomplete")]
    [InlineData("\"open", "invalid")]
    [InlineData("\"\"\"open", "invalid")]
    [InlineData("int x = ;", "invalid")]
    [InlineData("}", "invalid")]
    public void Code_is_judged_before_it_is_run(string code, string status, string indent = "") =>
        Assert.Equal(new Completeness(status, indent), Completeness.Of(code));

    Completions Complete(string code) => chapter.Session.Language.Complete(code.Replace("|", ""), code.IndexOf('|'));

    Inspection? Inspect(string code) => chapter.Session.Language.Inspect(code.Replace("|", ""), code.IndexOf('|'));
}
