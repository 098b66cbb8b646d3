using System.Text.Json.Nodes;
using Notebooks.Documents;

namespace Notebooks.Scripting;

/// <summary>What a cell says while it runs, in the terms of Jupyter's protocol.</summary>
public abstract record CellOutput
{
    /// <summary>Text on standard output or standard error.</summary>
    public sealed record Stream(string Name, string Text) : CellOutput;

    /// <summary>A value shown while the cell runs; <paramref name="Data"/> maps MIME types to representations.</summary>
    public sealed record Display(string Id, JsonObject Data) : CellOutput;

    /// <summary>The same display with a new value.</summary>
    public sealed record Update(string Id, JsonObject Data) : CellOutput;

    /// <summary>The value of the cell's last expression.</summary>
    public sealed record Result(JsonObject Data) : CellOutput;

    /// <summary>What the cell has shown so far is taken away: at once, or when the next output comes.</summary>
    public sealed record Clear(bool Wait) : CellOutput;

    /// <summary>How the cell failed.</summary>
    /// <param name="Name">The kind of error: an exception's type, CompilationError or Interrupted.</param>
    /// <param name="Message">What it says.</param>
    /// <param name="Traceback">The lines a reader sees.</param>
    /// <param name="Line">The line of the cell that failed, counted from 1; null where there is none.</param>
    /// <param name="Source">The text of that line.</param>
    public sealed record Error(string Name, string Message, IReadOnlyList<string> Traceback, int? Line = null, string? Source = null)
        : CellOutput
    {
        /// <summary>Whether the cell was stopped from outside.</summary>
        public bool IsInterruption { get; init; }
    }

    /// <summary>The output in nbformat's form; an update has the type update_display_data, and displays carry their id under
    /// transient.</summary>
    /// <param name="executionCount">The number of the cell, which an execute_result repeats.</param>
    public JsonObject ToJson(int executionCount) => this switch
    {
        Stream stream => new() { ["output_type"] = "stream", ["name"] = stream.Name, ["text"] = stream.Text },
        Display display => Bundle("display_data", display.Data, display.Id),
        Update update => Bundle("update_display_data", update.Data, update.Id),
        Result result => With(Bundle("execute_result", result.Data, null), "execution_count", executionCount),
        Clear clear => new() { ["output_type"] = "clear_output", ["wait"] = clear.Wait },
        Error error => new()
        {
            ["output_type"] = "error",
            ["ename"] = error.Name,
            ["evalue"] = error.Message,
            ["traceback"] = new JsonArray([.. error.Traceback.Select(line => JsonValue.Create(line))]),
        },
        _ => throw new InvalidOperationException($"Unknown output {GetType().Name}."),
    };

    static JsonObject Bundle(string kind, JsonObject data, string? display)
    {
        var json = new JsonObject { ["output_type"] = kind, ["data"] = data.DeepClone(), ["metadata"] = Describing(data) };
        return display is null ? json : With(json, "transient", new JsonObject { ["display_id"] = display });
    }

    /// <summary>
    /// What is to be known of a picture, where Jupyter's clients and nbconvert look for it: as alternative text what the value says of
    /// itself in plain text, and the size in CSS px of one that has more pixels than that.
    /// </summary>
    static JsonObject Describing(JsonObject data)
    {
        if (data[MimeTypes.Png] is not JsonValue png) return [];
        var description = new JsonObject();
        if (data[MimeTypes.Plain] is { } text) description["alt"] = text.DeepClone();
        if (PngHeader.SizeInCss((string)png!) is var (width, height)) (description["width"], description["height"]) = (width, height);
        return description.Count > 0 ? new() { [MimeTypes.Png] = description } : [];
    }

    static JsonObject With(JsonObject json, string name, JsonNode value)
    {
        json[name] = value;
        return json;
    }
}
