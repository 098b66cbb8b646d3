using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notebooks.Documents;

/// <summary>
/// nbformat 4.5 wants an id in every cell, unique in the notebook. A missing one is made from the text of the cell, so that reading
/// the same notebook again gives the same ids and a cell keeps its id when others move.
/// </summary>
static partial class CellIds
{
    internal static void Complete(JsonArray cells)
    {
        var taken = new HashSet<string>();
        var missing = new List<JsonObject>();
        foreach (JsonObject cell in cells.Select(cell => cell!.AsObject()))
        {
            string? id = cell["id"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
            if (id is null || !Valid().IsMatch(id) || !taken.Add(id)) missing.Add(cell);
        }
        foreach (JsonObject cell in missing)
        {
            string source = (string)cell["source"]!;
            int occurrence = 0;
            string id;
            do id = Hash($"{cell["cell_type"]}\n{occurrence++}\n{source}");
            while (!taken.Add(id));
            cell["id"] = id;
        }
    }

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex Valid();
}
