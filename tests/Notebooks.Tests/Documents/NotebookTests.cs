using System.Text.Json.Nodes;
using Notebooks.Documents;
using Shared.Program;

namespace Notebooks.Tests.Documents;

public sealed class NotebookTests
{
    const string Old = """
        {"nbformat": 4, "nbformat_minor": 0, "metadata": {"mine": {"z": [1.5, 1000.0], "a": "ü"}, "orig_nbformat": 2},
         "cells": [
          {"cell_type": "markdown", "metadata": {"trusted": true, "x": 1}, "source": ["# β\n", "ε"]},
          {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": 3, "prompt_number": null},
          {"cell_type": "code", "source": "1"}
         ]}
        """;

    [Fact]
    public void An_old_notebook_is_lifted_to_4_5_and_keeps_what_is_not_ours()
    {
        Notebook notebook = NotebookReader.Parse(Old.Replace(", \"prompt_number\": null", ""), "old.ipynb");
        using var scratch = new Scratch();
        notebook.Save(scratch["new.ipynb"]);

        NotebookRules.AssertHold(scratch["new.ipynb"]);
        JsonObject read = JsonNode.Parse(File.ReadAllText(scratch["new.ipynb"]))!.AsObject();
        Assert.Equal("""{"mine":{"a":"ü","z":[1.5,1000.0]}}""", read["metadata"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal("""{"x":1}""", read["cells"]![0]!["metadata"]!.ToJsonString());
        Assert.Equal("# β\nε", notebook.Cells[0].Source);
    }

    [Fact]
    public void Missing_ids_are_the_same_at_every_reading_unique_and_move_with_their_cell()
    {
        string[] Ids(string text) => [.. NotebookReader.Parse(text, "x").Cells.Select(cell => (string)cell.Json["id"]!)];
        string[] first = Ids(Old), again = Ids(Old);
        Assert.Equal(first, again);
        Assert.Equal(3, first.Distinct().Count());

        string withOneMore = Old.Replace("\"cells\": [", "\"cells\": [{\"cell_type\": \"raw\", \"metadata\": {}, \"source\": \"new\"},");
        Assert.Equal(first, Ids(withOneMore)[1..]);
    }

    [Fact]
    public void An_id_that_is_there_stays_and_one_that_nbformat_refuses_is_replaced()
    {
        JsonObject json = SmallNotebook.Json("1", "2", "3");
        json["cells"]![1]!["id"] = "c1";
        json["cells"]![2]!["id"] = "not valid!";
        string[] ids = [.. NotebookReader.Parse(json.ToJsonString(), "x").Cells.Select(cell => (string)cell.Json["id"]!)];
        Assert.Equal("c1", ids[0]);
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", id));
    }

    [Theory]     // what python3 -c 'import json; print(json.dumps(json.loads("…")))' prints
    [InlineData("1E-05", "1e-05")]
    [InlineData("-3.5403E-05", "-3.5403e-05")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("0.00012", "0.00012")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("12.50", "12.5")]
    [InlineData("100.0", "100.0")]
    [InlineData("100", "100")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("1E+15", "1000000000000000.0")]
    [InlineData("1234567890123456.7", "1234567890123456.8")]
    [InlineData("1e16", "1e+16")]
    [InlineData("1.2E22", "1.2e+22")]
    [InlineData("5E-324", "5e-324")]
    [InlineData("1.7976931348623157E+308", "1.7976931348623157e+308")]
    public void A_number_is_written_as_python_writes_it(string json, string python) =>
        Assert.Equal(python, PythonJson.Write(JsonNode.Parse(json)));

    [Fact]
    public void It_is_written_byte_for_byte_as_nbformat_writes_it()
    {
        Notebook notebook = NotebookReader.Parse("""
            {"nbformat_minor": 5, "nbformat": 4, "metadata": {"b": {}, "a": [], "ß": "\u00e9 \ud83d\ude00 \"q\" \\ \u0001 / <&>", "\ud83d\ude00": 1, "\uffee": 2},
             "cells": [{"source": "a\r\nb\u2028c\n", "metadata": {}, "id": "i", "cell_type": "code", "execution_count": 1, "outputs": [
               {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>\nx", "image/png": "iVBO\nRw0", "application/vnd.plotly.v1+json": {"y": [1, 2.5], "x": "a\nb"}}}]}]}
            """, "x");

        const string Expected = """
            {
             "cells": [
              {
               "cell_type": "code",
               "execution_count": 1,
               "id": "i",
               "metadata": {},
               "outputs": [
                {
                 "data": {
                  "application/vnd.plotly.v1+json": {
                   "x": "a\nb",
                   "y": [
                    1,
                    2.5
                   ]
                  },
                  "image/png": "iVBO\nRw0",
                  "text/html": [
                   "<b>\n",
                   "x"
                  ]
                 },
                 "metadata": {},
                 "output_type": "display_data"
                }
               ],
               "source": [
                "a\r\n",
                "b[LS]",
                "c\n"
               ]
              }
             ],
             "metadata": {
              "a": [],
              "b": {},
              "ß": "é 😀 \"q\" \\ \u0001 / <&>",
              "[HALF]": 2,
              "😀": 1
             },
             "nbformat": 4,
             "nbformat_minor": 5
            }

            """;
        Assert.Equal(Expected.Replace("[LS]", "\u2028").Replace("[HALF]", "\uffee"), NotebookWriter.ToText(notebook));
    }

    [Theory]
    [InlineData("", "x.ipynb is not a notebook: the file is empty.")]
    [InlineData("[]", "x.ipynb is not a notebook: it has no \"nbformat\" and \"cells\".")]
    [InlineData("{\"nbformat\": 4}", "x.ipynb is not a notebook: it has no \"nbformat\" and \"cells\".")]
    [InlineData("{\"nbformat\": 3, \"nbformat_minor\": 0, \"worksheets\": []}", "x.ipynb is written in nbformat 3.0, expected 4.0 to 4.5: open it in a current Jupyter or VS Code and save it there.")]
    [InlineData("{\"nbformat\": 4, \"nbformat_minor\": 6, \"cells\": []}", "x.ipynb is written in nbformat 4.6, expected 4.0 to 4.5: open it in a current Jupyter or VS Code and save it there.")]
    [InlineData("{\"nbformat\": \"4\", \"cells\": []}", "x.ipynb is not a notebook: its \"nbformat\" is \"4\", expected a whole number.")]
    [InlineData("{\"nbformat\": 4, \"cells\": {}}", "x.ipynb is not a notebook: its \"cells\" are not a list.")]
    [InlineData("{\"nbformat\": 4, \"cells\": [1]}", "x.ipynb is not a notebook: cell 1 is not an object.")]
    [InlineData("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"heading\"}]}", "x.ipynb is not a notebook: cell 1 has the type \"heading\", expected code, markdown or raw.")]
    [InlineData("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"raw\", \"source\": 1}]}", "x.ipynb is not a notebook: the source of cell 1 is neither text nor a list of lines.")]
    public void What_is_not_a_notebook_is_refused_in_one_sentence(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<WorkbookException>(() => NotebookReader.Parse(text, "x.ipynb")).Message);

    [Theory]
    [InlineData("{\n \"cells\": [\n  {,\n", "x.ipynb, line 3 is not valid JSON")]
    [InlineData("{\"nbformat\": 4,\n \"nbformat\": 4, \"cells\": []}", "x.ipynb is not valid JSON (Duplicate")]
    [InlineData("{\n \"cells\": [", "x.ipynb, line 2 is not valid JSON")]
    public void Bad_JSON_is_told_with_its_line(string text, string start)
    {
        string message = Assert.Throws<WorkbookException>(() => NotebookReader.Parse(text, "x.ipynb")).Message;
        Assert.StartsWith(start, message);
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain("BytePosition", message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal("nowhere/x.ipynb does not exist: check the name and the current directory.", Assert.Throws<WorkbookException>(() => Notebook.Load("nowhere/x.ipynb")).Message);

    [Fact]
    public void What_Python_writes_beyond_JSON_is_read_and_written_as_it_was()
    {
        using var scratch = new Scratch();
        const string beyond = """{"cells": [], "metadata": {"a": NaN, "b": [Infinity, -Infinity, "NaN, \\\" -Infinity"], "half": "x\ud83dy", "whole": "\ud83d\ude00"}, "nbformat": 4, "nbformat_minor": 5}""";
        string path = scratch.Write("beyond.ipynb", beyond);
        Notebook.Load(path).Save(path);
        string written = File.ReadAllText(path);
        Assert.Contains("\"a\": NaN,\n  \"b\": [\n   Infinity,\n   -Infinity,\n   \"NaN, \\\\\\\" -Infinity\"\n  ]", written);
        Assert.Contains("\"half\": \"x\ufffdy\",\n  \"whole\": \"😀\"", written);
    }
}
