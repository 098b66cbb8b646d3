using System.Text.Json.Nodes;

namespace Notebooks.Documents;

/// <summary>
/// Writes a notebook byte for byte as Python's nbformat does (sorted keys, one space of indentation, text as a list of lines, nothing
/// escaped that need not be), so that a notebook saved here and one saved by Jupyter differ only where they differ.
/// </summary>
static class NotebookWriter
{
    internal static string ToText(Notebook notebook)
    {
        JsonObject json = notebook.Json.DeepClone().AsObject();
        JsonObject metadata = json["metadata"]!.AsObject();
        foreach (string transient in (string[])["orig_nbformat", "orig_nbformat_minor", "signature"]) metadata.Remove(transient);

        foreach (JsonObject cell in json["cells"]!.AsArray().Select(cell => cell!.AsObject()))
        {
            cell["metadata"]!.AsObject().Remove("trusted");
            SplitLines(cell, "source");
            foreach (JsonObject attachment in Objects(cell["attachments"] as JsonObject))
                SplitText(attachment);
            foreach (JsonObject output in (cell["outputs"] as JsonArray ?? []).OfType<JsonObject>())
            {
                SplitLines(output, "text");
                if (output["data"] is JsonObject data) SplitText(data);
            }
        }
        return PythonJson.Write(json) + "\n";
    }

    static void SplitText(JsonObject bundle)
    {
        foreach (string type in bundle.Select(pair => pair.Key).Where(MimeTypes.IsText).ToArray()) SplitLines(bundle, type);
    }

    static void SplitLines(JsonObject parent, string key)
    {
        if (parent[key] is JsonValue value && value.TryGetValue(out string? text))
            parent[key] = new JsonArray([.. PythonJson.SplitLines(text).Select(line => JsonValue.Create(line))]);
    }

    static IEnumerable<JsonObject> Objects(JsonObject? json) => (json ?? []).Select(pair => pair.Value).OfType<JsonObject>();
}
