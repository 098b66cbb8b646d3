using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Notebooks.Cells;
using Notebooks.Scripting;

namespace Notebooks.Tests.Scripting;

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
    [InlineData("return 4;", "4")]
    [InlineData("int Three() { return 3; } System.Func<int> two = () => { return 2; };", null)]
    [InlineData("{ int One() { return 1; } One(); }", null)]
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
            Console.WriteLine("a");
            Console.Error.Write("b");
            display(1);
            Console.Write('c'); Console.Write("{0}-{1}", 1, 2.5); Console.WriteLine();
            2
            """);
        Assert.Matches(@"^a\n<b>\[[^:]+:1\]c1-2\.5\n=> 2$", session.Said);
    }

    [Fact]
    public void A_display_is_updated_where_it_stands_also_from_a_later_cell()
    {
        session.Good("var shown = display(\"old\");");
        string id = Assert.IsType<CellOutput.Display>(Assert.Single(session.Outputs)).Id;
        Assert.Equal($"[{id}:old]", session.Said);
        session.Good("shown.Update(\"new\");");
        Assert.Equal($"[{id}=new]", session.Said);
    }

    [Fact]
    public void An_update_that_nobody_has_shown_is_shown()
    {
        session.Good("var lost = 1.Display(); lost.Update(2); lost.Update(3);"); // the package's own method forgets under which id it has shown 1
        Assert.Equal(["1", "2"], session.Outputs.OfType<CellOutput.Display>().Select(shown => (string)shown.Data["text/plain"]!));
        Assert.Equal("3", (string?)Assert.IsType<CellOutput.Update>(session.Outputs[^1]).Data["text/plain"]);
    }

    [Fact]
    public void Display_without_a_semicolon_shows_once() => Assert.Equal("5", string.Join(" ", session.Good("display(5)").Outputs.OfType<CellOutput.Display>().Select(shown => shown.Data["text/plain"])));

    [Fact]
    public void Nothing_is_emptied_when_no_cell_runs() => Assert.Throws<InvalidOperationException>(() => CellDisplay.Clear());

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
    public void C_sharp_14_is_understood(string code) => session.Good(code);

    [Fact]
    public void C_sharp_13_is_understood() => Assert.Equal("3", session.Shows("int Count(params System.Collections.Generic.List<int> xs) => xs.Count;\nCount(1, 2, 3)"));

    [Fact]
    public void What_NET_Interactive_imports_is_imported() => Assert.Equal("6", session.Shows("Console.Write(new StringBuilder());\nnew List<int> { 1, 2, 3 }.Sum()"));

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
        Assert.Equal("6", session.Shows("// a remark\n#r \"bin/Little.dll\" // why, \"and\" more\n  #r \"bin/Little.dll\"// why\n2 * Little.Three"));
        Assert.Equal(2, session.Run("#r \"bin/Little.dll\" // why\nLittle.Four")?.Line);
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
