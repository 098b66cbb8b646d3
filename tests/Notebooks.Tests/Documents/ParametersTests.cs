using System.Text.Json.Nodes;
using Notebooks.Documents;
using Shared.Program;

namespace Notebooks.Tests.Documents;

public sealed class ParametersTests
{
    const string Knobs = """
        @parameters: // the knobs
        long seed = 1;
        int T = 1000, n = 2;      // steps
        double beta = 1e-4;
        var rate = -(2 * 0.5);
        var big = 5L; var count = 1_000;
        bool on = true;
        string title = "x"; string? other = null;
        const int Fixed = 3;
        var list = new[] { 1 };
        decimal price = 1m;
        int Twice(int x) { int hidden = 2; return hidden * x; }
        """;

    static Notebook Make(params string[] cells) => NotebookReader.Parse(SmallNotebook.Text(cells), "x.ipynb");

    static string Injected(params (string, string)[] values)
    {
        Notebook notebook = Make("using System;", Knobs, "T");
        Parameters.Inject(notebook, values.ToDictionary(value => value.Item1, value => value.Item2));
        Assert.Equal("injected-parameters", Assert.Single(notebook.Cells[2].Tags));
        Assert.Equal("T", notebook.Cells[3].Source);
        return notebook.Cells[2].Source;
    }

    [Fact]
    public void Every_top_level_variable_is_a_knob_of_its_declared_type()
    {
        IEnumerable<string> knobs = Parameters.KnobsOf(Make("int notOne = 1;", Knobs)).Select(knob => $"{knob.Type} {knob.Name}");
        Assert.Equal(["long seed", "int T", "int n", "double beta", "double rate", "long big", "int count", "bool on", "string title", "string other", " list", " price"], knobs);
    }

    [Fact]
    public void Values_are_assigned_and_never_declared_again() =>
        Assert.Equal("// Parameters\nT = 50;\nbeta = 0.02;", Injected(("T", "50"), ("beta", "0.02")));

    [Theory]
    [InlineData("seed", "-9223372036854775808", "seed = -9223372036854775808L;")]
    [InlineData("T", "10_000_000", "T = 10000000;")]
    [InlineData("beta", "1e-7", "beta = 1E-07;")]
    [InlineData("rate", "3", "rate = 3;")]
    [InlineData("big", "7", "big = 7L;")]
    [InlineData("on", "False", "on = false;")]
    [InlineData("title", "a=\"b\"\\\n", "title = \"a=\\\"b\\\"\\\\\\n\";")]
    public void A_value_becomes_a_literal_of_the_knobs_type(string name, string value, string line) =>
        Assert.Equal("// Parameters\n" + line, Injected((name, value)));

    [Theory]
    [InlineData("T", "0.5", "-p T=0.5: '0.5' is not an int; expected a whole number from -2147483648 to 2147483647.")]
    [InlineData("T", "3000000000", "-p T=3000000000: '3000000000' is not an int; expected a whole number from -2147483648 to 2147483647.")]
    [InlineData("seed", "x", "-p seed=x: 'x' is not a long; expected a whole number of at most 64 bits.")]
    [InlineData("beta", "1,5", "-p beta=1,5: '1,5' is not a double; expected a finite number such as 0.5 or 1e-4.")]
    [InlineData("beta", "NaN", "-p beta=NaN: 'NaN' is not a double; expected a finite number such as 0.5 or 1e-4.")]
    [InlineData("on", "1", "-p on=1: '1' is not a bool; expected true or false.")]
    [InlineData("price", "1", "price cannot be set with -p: its declaration does not say that it is a double, int, long, bool or string; write the type out in the parameters cell.")]
    [InlineData("Fixed", "1", "x.ipynb has no knob 'Fixed': its knobs are seed, T, n, beta, rate, big, count, on, title, other, list, price.")]
    public void What_a_knob_cannot_take_is_refused_in_one_sentence(string name, string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<WorkbookException>(() => Injected((name, value))).Message);

    [Fact]
    public void A_notebook_without_a_parameters_cell_has_no_knobs() =>
        Assert.Equal("x.ipynb has no knob 'T': it has no cell tagged 'parameters' that declares one.",
            Assert.Throws<WorkbookException>(() => Parameters.Inject(Make("int T = 1;"), new Dictionary<string, string> { ["T"] = "2" })).Message);

    [Fact]
    public void A_cell_that_was_injected_before_is_replaced()
    {
        Notebook notebook = Make(Knobs, "@injected-parameters: T = 7;", "T");
        Parameters.Inject(notebook, new Dictionary<string, string> { ["T"] = "8" });
        Assert.Equal(["// Parameters\nT = 8;", "T"], notebook.Cells.Skip(1).Select(cell => cell.Source));
    }

    [Fact]
    public void Quick_values_come_from_the_metadata_of_the_notebook()
    {
        JsonObject json = SmallNotebook.Json(Knobs);
        json["metadata"]!["workbook"] = JsonNode.Parse("""{"quick": {"T": 5, "beta": 1e-3, "on": false, "title": "q"}}""");
        Notebook notebook = NotebookReader.Parse(json.ToJsonString(), "x.ipynb");
        Parameters.Inject(notebook, Parameters.QuickOf(notebook));
        Assert.Equal("// Parameters\nT = 5;\nbeta = 0.001;\non = false;\ntitle = \"q\";", notebook.Cells[1].Source);
        Assert.Empty(Parameters.QuickOf(Make(Knobs)));
    }
}
