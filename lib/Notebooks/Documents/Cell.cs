using System.Text.Json.Nodes;

namespace Notebooks.Documents;

/// <summary>One cell of a notebook: a view of its JSON object.</summary>
public readonly record struct Cell(JsonObject Json)
{
    /// <summary>Whether the cell holds code (and not markdown or raw text).</summary>
    public bool IsCode => (string?)Json["cell_type"] == "code";

    /// <summary>The text of the cell.</summary>
    public string Source
    {
        get => (string)Json["source"]!;
        set => Json["source"] = value;
    }

    /// <summary>The tags, such as <c>parameters</c> or <c>timing</c>.</summary>
    public IEnumerable<string> Tags => Json["metadata"]!["tags"] is JsonArray tags
        ? tags.OfType<JsonValue>().Where(tag => tag.TryGetValue<string>(out _)).Select(tag => (string)tag!) : [];

    /// <summary>The outputs of a code cell, in nbformat's form.</summary>
    public JsonArray Outputs => Json["outputs"]!.AsArray();

    /// <summary>The number in brackets; null where the cell has not been executed.</summary>
    public int? ExecutionCount
    {
        set => Json["execution_count"] = value;
    }

    /// <summary>Removes the outputs and the execution count.</summary>
    public void Clear()
    {
        Json["outputs"] = new JsonArray();
        Json["execution_count"] = null;
    }

    /// <summary>A new code cell that has not been executed.</summary>
    public static Cell Code(string id, string source, params string[] tags) => new(new JsonObject
    {
        ["cell_type"] = "code",
        ["execution_count"] = null,
        ["id"] = id,
        ["metadata"] = new JsonObject { ["tags"] = new JsonArray([.. tags.Select(tag => JsonValue.Create(tag))]) },
        ["outputs"] = new JsonArray(),
        ["source"] = source,
    });
}
