using System.Text.Json;
using System.Text.Json.Nodes;
using Shared;

namespace Notebooks.Documents;

/// <summary>Reads nbformat 4.0–4.5 and lifts it to 4.5. Everything wrong is told in one sentence with the file.</summary>
static class NotebookReader
{
    const int Newest = 5;
    static readonly string[] Marks = [" Path:", " LineNumber:"];

    internal static Notebook Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WorkbookException($"{Shown.Path(path)} does not exist: check the name and the current directory.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"{Shown.Path(path)} cannot be read: {Shown.Reason(error)}", error);
        }
        return Parse(text, path);
    }

    internal static Notebook Parse(string text, string path)
    {
        if (string.IsNullOrWhiteSpace(text)) throw Wrong(path, "the file is empty");
        JsonNode? root;
        try
        {
            root = PythonJson.Read(text);
        }
        catch (JsonException error)
        {
            string line = error.LineNumber is long number ? $", line {number + 1}" : "";
            throw new WorkbookException($"{Shown.Path(path)}{line} is not valid JSON ({WithoutPosition(error.Message)}): "
                + "restore the file, or repair that line.", error);
        }
        if (root is not JsonObject json || json["nbformat"] is null || json["cells"] is null && json["worksheets"] is null)
            throw Wrong(path, "it has no \"nbformat\" and \"cells\"");

        int major = Whole(json, "nbformat", path), minor = Whole(json, "nbformat_minor", path);
        if (major != 4 || minor > Newest)
            throw new WorkbookException($"{Shown.Path(path)} is written in nbformat {major}.{minor}, expected 4.0 to 4.{Newest}: "
                + "open it in a current Jupyter or VS Code and save it there.");
        if (json["cells"] is not JsonArray cells) throw Wrong(path, "its \"cells\" are not a list");

        json["nbformat_minor"] = Newest;
        json["metadata"] ??= new JsonObject();
        if (json["metadata"] is not JsonObject) throw Wrong(path, "its \"metadata\" are not an object");
        for (int i = 0; i < cells.Count; i++) Lift(cells[i] as JsonObject
            ?? throw Wrong(path, $"cell {i + 1} is not an object"), i + 1, path);
        CellIds.Complete(cells);
        Foreign(json, path);
        return new Notebook(path, json);
    }

    /// <summary>Refuses a notebook that says it is written in another language: C# would find fault with every line of it.</summary>
    static void Foreign(JsonObject json, string path)
    {
        JsonNode? metadata = json["metadata"];
        string? language = Text(metadata?["kernelspec"] as JsonObject, "language")
            ?? Text(metadata?["language_info"] as JsonObject, "name"), kernel = Text(metadata?["kernelspec"] as JsonObject, "name");
        language ??= kernel is not null && kernel.StartsWith("python", StringComparison.OrdinalIgnoreCase) ? "python" : null;
        if (language is null || language.ToUpperInvariant() is "C#" or "CSHARP" or "POLYGLOT-NOTEBOOK") return;
        throw new WorkbookException($"{Shown.Path(path)} is a notebook for "
            + $"{language}{(kernel is null ? "" : $" (its kernel is {kernel})")}, and this program runs C#: "
            + "run it with a kernel of that language, or choose the kernel Diffusion Workbook (C#) for it in Jupyter "
                + "or VS Code and save it.");
    }

    static string? Text(JsonObject? json, string name) => json?[name] is JsonValue value && value.TryGetValue(out string? text)
        && text.Length > 0 ? text : null;

    /// <summary>Checks one cell and gives it what nbformat 4.5 requires (the id comes later: it needs to know the others).</summary>
    static void Lift(JsonObject cell, int number, string path)
    {
        string? kind = cell["cell_type"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        if (kind is not ("code" or "markdown" or "raw"))
            throw Wrong(path, $"cell {number} has the type {cell["cell_type"]?.ToJsonString() ?? "(none)"}, "
                + "expected code, markdown or raw");

        cell["metadata"] ??= new JsonObject();
        if (cell["metadata"] is not JsonObject) throw Wrong(path, $"the metadata of cell {number} are not an object");
        cell["source"] = Joined(cell["source"]) ?? throw Wrong(path, $"the source of cell {number} is neither text nor a list of lines");
        if (kind == "code")
        {
            cell["outputs"] ??= new JsonArray();
            if (cell["outputs"] is not JsonArray) throw Wrong(path, $"the outputs of cell {number} are not a list");
            if (!cell.ContainsKey("execution_count")) cell["execution_count"] = null;
        }
        else
        {
            cell.Remove("outputs");
            cell.Remove("execution_count");
        }
    }

    /// <summary>A string, or a list of strings joined; null for anything else.</summary>
    static string? Joined(JsonNode? source) => source switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonArray lines when lines.All(line => line is JsonValue value && value.TryGetValue<string>(out _)) =>
            string.Concat(lines.Select(line => (string)line!)),
        _ => null,
    };

    static int Whole(JsonObject json, string name, string path) =>
        json[name] is null ? 0 : json[name] is JsonValue value && value.TryGetValue(out int number) ? number
            : throw Wrong(path, $"its \"{name}\" is {json[name]!.ToJsonString()}, expected a whole number");

    static WorkbookException Wrong(string path, string what) =>
        new($"{Shown.Path(path)} is not a notebook: {what}.");

    /// <summary>System.Text.Json appends "Path: … | LineNumber: … | BytePositionInLine: …"; the line is told in our own words.</summary>
    static string WithoutPosition(string message)
    {
        int end = Marks.Select(mark => message.IndexOf(mark, StringComparison.Ordinal)).Where(at => at > 0)
            .DefaultIfEmpty(message.Length).Min();
        return message[..end].TrimEnd('.', ' ');
    }
}
