using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Workbook.Scripting;

namespace Workbook.Tests;

[Collection(Sessions.Name)]
public sealed class SessionTests : IDisposable
{
    readonly TestSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Later_cells_see_what_earlier_ones_declared() =>
        Assert.Equal("7", session.Good("using System;\nint x = 3;").Good("int Double(int n) => 2 * n;\nx++;").Shows("Double(x) - Math.Sign(x)"));

    [Theory]
    [InlineData("1 + 1", "2")]
    [InlineData("int a = 5;\na * 2 // the value", "10")]
    [InlineData("System.Console.Out.GetType() == null ? 1 : 2", "2")]
    [InlineData("int b = 1; b++", "1")]
    [InlineData("await System.Threading.Tasks.Task.FromResult(3)", "3")]
    [InlineData("(string)null", "<null>")]
    [InlineData("int c = 1;", null)]
    [InlineData("int d; d = 5", null)]
    [InlineData("int e = 1; e += 5", null)]
    [InlineData("int f = 1; f.ToString();", null)]
    [InlineData("void G() { } G()", null)]
    [InlineData("await System.Threading.Tasks.Task.Delay(1)", null)]
    [InlineData("if (true) { 1.ToString(); }", null)]
    [InlineData("// nothing", null)]
    [InlineData("class K { }", null)]
    public void A_trailing_expression_is_shown_and_nothing_else(string code, string? shown) => Assert.Equal(shown, session.Shows(code));

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("1e-7", "1E-07")]
    [InlineData("true", "True")]
    [InlineData("\"text\\nof two lines\"", "text\nof two lines")]
    [InlineData("new[] { 1.5, 2 }", "[ 1.5, 2 ]")]
    [InlineData("(1, \"a\")", "(1, a)")]
    [InlineData("new { a = 1 }", "{ a = 1 }")]
    [InlineData("System.DayOfWeek.Monday", "Monday")]
    [InlineData("record P(int X);\nnew P(2)", "P { X = 2 }")]
    [InlineData("System.Linq.Enumerable.Range(0, 1000)", "[ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 ... (980 more) ]")]
    public void Plain_values_are_shown_as_they_read(string code, string shown) => Assert.Equal(shown, session.Shows(code));

    [Fact]
    public void Output_error_displays_and_the_result_come_in_order()
    {
        session.Good("""
            using System;
            Console.WriteLine("a");
            Console.Error.Write("b");
            Workbook.Scripting.CellDisplay.Show(1);
            Console.Write('c'); Console.Write("{0}-{1}", 1, 2.5); Console.WriteLine();
            2
            """.Replace("Workbook.Scripting.CellDisplay.Show", ByName("Show")));
        Assert.Equal("a\n<b>[display-1:1]c1-2.5\n=> 2", session.Said);
    }

    [Fact]
    public void A_display_is_updated_under_its_id_also_from_a_later_cell()
    {
        session.Good($"var id = (string){ByName("Show")}(\"old\");");
        Assert.Equal("[display-1:old]", session.Said);
        session.Good($"{ByName("Update")}(id, \"new\");");
        Assert.Equal("[display-1=new]", session.Said);
    }

    [Fact]
    public void Nothing_is_active_when_no_cell_runs()
    {
        Assert.False(CellDisplay.IsActive);
        Assert.Throws<InvalidOperationException>(() => CellDisplay.Show(1));
        Assert.Equal("True", session.Shows(ByName("IsActive")));
        Assert.False(CellDisplay.IsActive);
    }

    /// <summary>As a library calls the engine: by reflection, without a reference.</summary>
    static string ByName(string member) => member == "IsActive"
        ? "System.Type.GetType(\"Workbook.Scripting.CellDisplay, Workbook.Cells\").GetProperty(\"IsActive\").GetValue(null)"
        : $"((System.Func<object[], object>)(a => System.Type.GetType(\"Workbook.Scripting.CellDisplay, Workbook.Cells\").GetMethod(\"{member}\").Invoke(null, a)))"
            .Replace("object[], object", member == "Show" ? "object, object" : "string, object, object")
            .Replace("(a => ", member == "Show" ? "(a => " : "((a, b) => ")
            .Replace("(null, a)", member == "Show" ? "(null, new object[] { a })" : "(null, new object[] { a, b })");

    [Fact]
    public void A_type_with_a_formatter_source_by_name_gets_its_representations_in_one_output()
    {
        session.Good("""
            using System; using System.Collections.Generic; using System.IO;
            class TypeFormatterSourceAttribute : Attribute
            {
                public TypeFormatterSourceAttribute(Type source) => FormatterSourceType = source;
                public Type FormatterSourceType { get; }
                public string[] PreferredMimeTypes { get; set; }
            }
            [TypeFormatterSource(typeof(Source), PreferredMimeTypes = new[] { "image/png", "text/html", "application/vnd.plotly.v1+json" })]
            abstract class Picture { public override string ToString() => "a picture"; }
            class Plot : Picture { }
            class Source
            {
                public IEnumerable<object> CreateTypeFormatters() => new object[] { new Form("image/png", "iVBORw0KGgo="), new Form("text/html", "<b>β</b>"), new Form("application/vnd.plotly.v1+json", "{\"data\": [1]}") };
            }
            class Form
            {
                readonly string text;
                public Form(string type, string text) { MimeType = type; this.text = text; }
                public string MimeType { get; }
                public bool Format(object instance, TextWriter writer) { writer.Write(text); return true; }
            }
            """);
        Assert.Equal(
            """{"image/png":"iVBORw0KGgo=","text/html":"<b>β</b>","application/vnd.plotly.v1+json":{"data":[1]},"text/plain":"a picture"}""",
            session.Bundle("new Plot()").ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void A_formatter_that_throws_fails_the_cell() =>
        Assert.Equal("lazy", session.Run("using System.Linq;\nEnumerable.Range(0, 3).Select(i => i < 2 ? i : throw new System.FormatException(\"lazy\"))")?.Message);

    [Theory]
    [InlineData("class C { public int V { get => field; set; } }")]
    [InlineData("System.Diagnostics.Process p = null;\np?.StartInfo = null;")]
    public void C_sharp_14_is_refused(string code) => Assert.Equal("CompilationError", session.Run(code)?.Name);

    [Fact]
    public void C_sharp_13_is_understood() => Assert.Equal("3", session.Shows("int Count(params System.Collections.Generic.List<int> xs) => xs.Count;\nCount(1, 2, 3)"));

    [Fact]
    public void Nothing_is_imported_that_the_notebook_does_not_import() => Assert.Contains("CS0103", string.Concat(session.Run("Console.WriteLine(1);")?.Traceback ?? []));

    [Fact]
    public void The_whole_framework_is_referenced() =>
        Assert.Equal("""{"a":1}""", session.Shows("dynamic x = System.Text.Json.JsonSerializer.Serialize(new { a = 1 });\nx.ToString()"));

    [Fact]
    public void A_relative_reference_starts_from_the_notebooks_folder()
    {
        Compilation library = CSharpCompilation.Create("Little", [CSharpSyntaxTree.ParseText("public static class Little { public static int Three => 3; }")],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)], new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Directory.CreateDirectory(Path.Combine(session.Folder, "bin"));
        Assert.True(library.Emit(Path.Combine(session.Folder, "bin", "Little.dll")).Success);
        Assert.Equal("3", session.Good("#r \"bin/Little.dll\"").Shows("Little.Three"));
    }

    [Fact]
    public void A_reference_that_is_not_there_is_an_error_of_the_cell() => Assert.Contains("nowhere.dll", session.Run("#r \"nowhere.dll\"")?.Message);

    [Fact]
    public void A_cell_goes_on_after_an_await_and_a_blocked_wait_does_not_hang() =>
        Assert.Equal("6", session.Good("using System.Threading.Tasks;\nasync Task<int> Later(int n) { await Task.Delay(5); return n; }")
            .Shows("int sum = await Later(1);\nsum += Later(2).Result;\nvar t = Later(3);\nawait Task.Yield();\nsum + await t"));

    [Fact]
    public void Reading_the_console_gives_nothing() => Assert.Equal("True", session.Shows("System.Console.ReadLine() is null && System.Console.Read() == -1"));

    [Fact]
    public void A_front_end_can_answer_what_a_cell_reads()
    {
        using var asking = new TestSession(() => "42");
        Assert.Equal("42", asking.Shows("System.Console.ReadLine()"));
    }

    [Fact]
    public void Outputs_of_several_threads_are_all_there()
    {
        session.Good("System.Threading.Tasks.Parallel.For(0, 1000, i => System.Console.WriteLine($\"line {i}\"));");
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"line {i}").Order(), session.Said.TrimEnd('\n').Split('\n').Order());
    }
}
