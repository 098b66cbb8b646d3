using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shared.Program;

static partial class SmallNotebook
{
    /// <summary>The JSON of a notebook of code cells; "@tag: code" gives a cell a tag.</summary>
    public static string Text(params string[] cells) => Json(cells).ToJsonString();

    public static JsonObject Json(params string[] cells) => new()
    {
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
        ["metadata"] = new JsonObject(),
        ["cells"] = new JsonArray([.. cells.Select((cell, i) => Code($"c{i + 1}", cell))]),
    };

    static JsonObject Code(string id, string cell)
    {
        Match tagged = Tag().Match(cell);
        return new JsonObject
        {
            ["cell_type"] = "code",
            ["id"] = id,
            ["metadata"] = tagged.Success ? new JsonObject { ["tags"] = new JsonArray(tagged.Groups[1].Value) } : new JsonObject(),
            ["execution_count"] = null,
            ["outputs"] = new JsonArray(),
            ["source"] = cell[tagged.Length..],
        };
    }

    [GeneratedRegex(@"\A@([\w-]+): ")]
    private static partial Regex Tag();
}
