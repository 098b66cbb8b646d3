using System.IO.Enumeration;
using System.Text.Json.Nodes;

namespace Notebooks.Jupyter;

/// <summary>The cells executed in this kernel, for history_request. Each entry is [session, number, code], or [session, number, [code,
/// output]].</summary>
sealed class History
{
    const int Session = 1;
    readonly List<(int Number, string Code, string? Output)> entries = [];

    internal void Add(int number, string code, string? output) => entries.Add((number, code, output));

    /// <summary>The content of the reply.</summary>
    internal JsonObject Answer(JsonObject request)
    {
        IEnumerable<(int Number, string Code, string? Output)> found = Text("hist_access_type") switch
        {
            "tail" => Last(entries, Whole("n") ?? 0),
            "range" => Whole("session") is null or 0 or Session
                ? entries.Where(entry => entry.Number >= (Whole("start") ?? 0) && entry.Number < (Whole("stop") ?? int.MaxValue)) : [],
            "search" => Last(Matching(Text("pattern") ?? "*", Flag("unique")), Whole("n") ?? int.MaxValue),
            _ => [],
        };
        bool output = Flag("output");
        return new()
        {
            ["status"] = "ok",
            ["history"] =
                new JsonArray([.. found.Select(
                entry => (JsonNode)new JsonArray(Session, entry.Number, output ? new JsonArray(entry.Code, entry.Output) : entry.Code))]),
        };

        string? Text(string name) => request[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        int? Whole(string name) => request[name] is JsonValue value && value.TryGetValue(out int number) ? number : null;
        bool Flag(string name) => request[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;
    }

    List<(int Number, string Code, string? Output)> Matching(string pattern, bool unique)
    {
        var matching = entries.Where(entry => FileSystemName.MatchesSimpleExpression(pattern, entry.Code, ignoreCase: false)).ToList();
        return unique ? [.. matching.AsEnumerable().Reverse().DistinctBy(entry => entry.Code).Reverse()] : matching;
    }

    static IEnumerable<T> Last<T>(List<T> list, int count) => list.Skip(Math.Max(0, list.Count - Math.Max(0, count)));
}
