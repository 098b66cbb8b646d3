using System.Text.Json.Nodes;
using Notebooks.Documents;
using Notebooks.Running;
using Notebooks.Scripting;

namespace Notebooks.Jupyter;

/// <summary>What an editor asks of the code in a cell, answered by the process that runs the cells.</summary>
sealed class EditorAnswers(CellRunner cells)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Loads what the first answer needs.</summary>
    internal void Warm() => cells.Ask("warm", "", 0, Patience);

    /// <summary><c>Name?</c>: what there is to know of a name, in the front end's pager.</summary>
    internal JsonObject? Help(string code)
    {
        string text = code.Trim();
        if (text.Length < 2 || text[^1] != '?' || !text[..^1].All(c => char.IsLetterOrDigit(c) || c is '.' or '_')) return null;
        string name = text[..^1];
        JsonObject data = Described(name, name.Length)
            ?? new()
            {
                [MimeTypes.Plain] = $"Nothing is known of {name} here: run the cell that declares it first, or check the spelling."
            };
        return new() { ["source"] = "page", ["start"] = 0, ["data"] = data };
    }

    internal JsonObject Inspect(string code, int position)
    {
        JsonObject? data = Described(code, position);
        return new() { ["status"] = "ok", ["found"] = data is not null, ["data"] = data ?? [], ["metadata"] = new JsonObject() };
    }

    JsonObject? Described(string code, int position) => cells.Ask("inspect", code, position, Patience) is { } known
        && known["plain"] is not null
        ? new() { [MimeTypes.Plain] = (string)known["plain"]!, ["text/markdown"] = (string)known["markdown"]! } : null;

    internal JsonObject Complete(string code, int position)
    {
        JsonObject? found = cells.Ask("complete", code, position, Patience);
        int start = CodePoints.FromIndex(code, (int?)found?["start"] ?? position),
            end = CodePoints.FromIndex(code, (int?)found?["end"] ?? position);
        (string Text, string Kind)[] items =
            [.. (found?["items"] as JsonArray ?? []).Select(item => ((string)item![0]!, (string)item[1]!))];
        return new()
        {
            ["status"] = "ok",
            ["matches"] = new JsonArray([.. items.Select(item => JsonValue.Create(item.Text))]),
            ["cursor_start"] = start,
            ["cursor_end"] = end,
            ["metadata"] = new JsonObject
            {
                ["_jupyter_types_experimental"] =
                    new JsonArray([.. items.Select(
                    item => new JsonObject { ["text"] = item.Text, ["type"] = item.Kind, ["start"] = start, ["end"] = end })]),
            },
        };
    }

    internal static JsonObject Judge(string code)
    {
        Completeness found = Completeness.Of(code);
        return found.Status == "incomplete" ? new() { ["status"] = found.Status, ["indent"] = found.Indent }
            : new() { ["status"] = found.Status };
    }
}
