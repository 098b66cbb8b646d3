using System.Text.Json.Nodes;
using Notebooks.Documents;
using Shared.Program;

namespace Notebooks.Tests.Documents;

public sealed class OutputCollectorTests
{
    readonly Notebook notebook = NotebookReader.Parse(SmallNotebook.Text("1", "2"), "x");
    readonly OutputCollector collector = new();

    static JsonObject Text(string name, string text) => new() { ["output_type"] = "stream", ["name"] = name, ["text"] = text };

    static JsonObject Shown(string kind, string id, string text) => new()
    {
        ["output_type"] = kind,
        ["data"] = new JsonObject { ["text/plain"] = text },
        ["metadata"] = new JsonObject(),
        ["transient"] = new JsonObject { ["display_id"] = id },
    };

    string Outputs(int cell) => string.Join(" ", notebook.Cells[cell].Outputs.Select(output => (string?)output!["text"] ?? (string?)output["data"]!["text/plain"]));

    [Fact]
    public void Text_of_one_stream_runs_together_until_something_else_comes()
    {
        collector.Begin(notebook.Cells[0], 1);
        foreach ((string name, string text) in new[] { ("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d") }) collector.Add(Text(name, text));
        collector.Add(Shown("display_data", "1", "e"));
        collector.Add(Text("stdout", "f"));
        collector.Flush();
        collector.Flush();
        Assert.Equal("ab c d e f", Outputs(0));
    }

    [Fact]
    public void An_update_replaces_every_output_with_its_id_in_whatever_cell_it_stands()
    {
        collector.Begin(notebook.Cells[0], 1);
        collector.Add(Shown("display_data", "1", "old"));
        collector.Add(Shown("display_data", "2", "other"));
        collector.Begin(notebook.Cells[1], 2);
        collector.Add(Shown("display_data", "1", "old"));
        collector.Add(Text("stdout", "x"));
        collector.Add(Shown("update_display_data", "1", "new"));
        collector.Add(Text("stdout", "y"));
        collector.Flush();
        Assert.Equal("new other", Outputs(0));
        Assert.Equal("new xy", Outputs(1));
        Assert.DoesNotContain("transient", notebook.Json.ToJsonString());
    }

    [Fact]
    public void Beginning_a_cell_clears_and_numbers_it()
    {
        collector.Begin(notebook.Cells[0], 1);
        collector.Add(Text("stdout", "a"));
        collector.Begin(notebook.Cells[0], 7);
        collector.Flush();
        Assert.Empty(notebook.Cells[0].Outputs);
        Assert.Equal(7, (int)notebook.Cells[0].Json["execution_count"]!);
    }

    [Fact]
    public void Clearing_takes_effect_at_once_or_with_the_next_output()
    {
        collector.Begin(notebook.Cells[0], 1);
        collector.Add(Text("stdout", "a"));
        collector.Add(new JsonObject { ["output_type"] = "clear_output", ["wait"] = true });
        collector.Flush();
        Assert.Equal("a", Outputs(0));
        collector.Add(Text("stdout", "b"));
        collector.Flush();
        Assert.Equal("b", Outputs(0));
        collector.Add(new JsonObject { ["output_type"] = "clear_output", ["wait"] = false });
        Assert.Equal("", Outputs(0));
    }
}
