using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shared.Program;

/// <summary>What a file must be to be nbformat 4.5: asked of Python's nbformat where it is installed, and of the rules below always.</summary>
static partial class NotebookRules
{
    const string Check = """
        import nbformat, sys
        nb = nbformat.read(sys.argv[1], as_version=4)
        nbformat.validate(nb)
        text = nbformat.writes(nb)
        text = text if text.endswith("\n") else text + "\n"
        assert text == open(sys.argv[1], encoding="utf-8").read(), "nbformat writes it differently"
        """;

    static readonly Lazy<string?> python = new(() => new[] { "python3", "/usr/bin/python3", "python" }.FirstOrDefault(name => Python(name, "import nbformat") is ""));

    public static void AssertHold(string path)
    {
        string text = File.ReadAllText(path);
        AssertHold(JsonNode.Parse(text)!.AsObject());
        Assert.EndsWith("}\n", text);
        Assert.StartsWith("{\n \"cells\": [", text);
        if (python.Value is string found) Assert.Equal("", Python(found, Check, path));
    }

    static void AssertHold(JsonObject notebook)
    {
        AssertKeys(notebook, ["cells", "metadata", "nbformat", "nbformat_minor"]);
        Assert.Equal(4, (int)notebook["nbformat"]!);
        Assert.Equal(5, (int)notebook["nbformat_minor"]!);
        JsonArray cells = notebook["cells"]!.AsArray();
        Assert.Equal(cells.Count, cells.Select(cell => (string)cell!["id"]!).Distinct().Count());
        foreach (JsonObject cell in cells.Select(cell => cell!.AsObject()))
        {
            string kind = (string)cell["cell_type"]!;
            AssertKeys(cell, kind == "code" ? ["cell_type", "execution_count", "id", "metadata", "outputs", "source"] : ["cell_type", "id", "metadata", "source"], "attachments");
            Assert.Matches(Id(), (string)cell["id"]!);
            AssertLines(cell["source"]);
            foreach (JsonObject output in (cell["outputs"] as JsonArray ?? []).Select(output => output!.AsObject())) AssertOutput(output);
        }
    }

    /// <summary>
    /// Every cell says what it is on nbconvert's slides, so that they make sense before a class: the title and each section begin a slide, and what
    /// a class need not see (references, the seed, optional parts, the solutions of exercises) is left out.
    /// </summary>
    public static void AssertSlides(string path)
    {
        string[] known = ["slide", "subslide", "fragment", "-", "skip", "notes"];
        JsonObject[] cells = [.. JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray().Select(cell => cell!.AsObject())];
        Assert.All(cells, (cell, i) =>
        {
            string source = string.Concat(cell["source"]!.AsArray().Select(line => (string)line!)), kind = SlideType(cell);
            Assert.True(known.Contains(kind), $"slide_type of cell {i} is '{kind}', expected one of {string.Join(", ", known)}: {source.Split('\n')[0]}");
            string[] tags = [.. (cell["metadata"]!["tags"] as JsonArray ?? []).Select(tag => (string)tag!)];
            if (i == 0 || ((string)cell["cell_type"]! == "markdown" && source.StartsWith("## ", StringComparison.Ordinal) && !tags.Contains("solution")
                && !tags.Contains("optional"))) Assert.Equal("slide", kind);
            if (source.StartsWith("#r ", StringComparison.Ordinal) || tags.Contains("solution") || tags.Contains("parameters")) Assert.Equal("skip", kind);
        });
    }

    static string SlideType(JsonObject cell) => (string?)cell["metadata"]!["slideshow"]?["slide_type"] ?? "missing";

    static void AssertOutput(JsonObject output)
    {
        switch ((string)output["output_type"]!)
        {
            case "stream":
                AssertKeys(output, ["name", "output_type", "text"]);
                Assert.Contains((string)output["name"]!, (string[])["stdout", "stderr"]);
                AssertLines(output["text"]);
                break;
            case "display_data":
                AssertKeys(output, ["data", "metadata", "output_type"]);
                break;
            case "execute_result":
                AssertKeys(output, ["data", "execution_count", "metadata", "output_type"]);
                break;
            case "error":
                AssertKeys(output, ["ename", "evalue", "output_type", "traceback"]);
                Assert.All(output["traceback"]!.AsArray(), line => Assert.IsType<string>(line!.GetValue<object>() is string s ? s : line.ToString()));
                break;
            case var other:
                Assert.Fail($"{other} is no output type.");
                break;
        }
        foreach ((string type, JsonNode? value) in output["data"] as JsonObject ?? [])
            if (type.StartsWith("text/", StringComparison.Ordinal)) AssertLines(value);
    }

    static void AssertKeys(JsonObject json, string[] required, params string[] allowed)
    {
        Assert.Equal(required, json.Select(pair => pair.Key).Except(allowed));
    }

    static void AssertLines(JsonNode? lines)
    {
        string[] all = [.. lines!.AsArray().Select(line => (string)line!)];
        Assert.All(all.SkipLast(1), line => Assert.EndsWith("\n", line));
        Assert.DoesNotContain("", all);
    }

    /// <summary>What the script says when it fails, empty when it does not; null where there is no such Python.</summary>
    static string? Python(string name, string script, params string[] arguments)
    {
        try
        {
            using Process process = WorkbookProgram.StartCommand(name, Path.GetTempPath(), ["-c", script, .. arguments]);
            WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
            return ended.ExitCode == 0 ? "" : ended.Error;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex Id();
}
