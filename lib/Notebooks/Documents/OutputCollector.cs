using System.Text;
using System.Text.Json.Nodes;

namespace Notebooks.Documents;

/// <summary>
/// Turns what a session says while cells run into the outputs of a notebook, as a front end would: text of the same stream runs
/// together, and an update replaces the output that was shown under its display id, in whatever cell that stands.
/// </summary>
public sealed class OutputCollector
{
    readonly Dictionary<string, List<JsonObject>> displays = [];
    readonly StringBuilder text = new();
    JsonObject? stream;
    JsonArray outputs = [];
    bool clearing;

    /// <summary>Begins a cell: it is cleared, numbered, and gets what comes from now on.</summary>
    public void Begin(Cell cell, int executionCount)
    {
        Flush();
        stream = null;
        cell.Clear();
        cell.ExecutionCount = executionCount;
        outputs = cell.Outputs;
        clearing = false;
    }

    /// <summary>Adds one output: an nbformat output or Jupyter's update_display_data, with <c>transient.display_id</c> where there is
    /// one.</summary>
    public void Add(JsonObject output)
    {
        string kind = (string)output["output_type"]!;
        if (clearing || kind == "clear_output" && !(bool)output["wait"]!) Clear();
        clearing = kind == "clear_output" && (bool)output["wait"]!;
        if (kind == "clear_output") return;
        if (kind == "stream")
        {
            if (stream is null || (string)stream["name"]! != (string)output["name"]!)
            {
                Flush();
                outputs.Add(stream = new JsonObject { ["output_type"] = kind, ["name"] = (string)output["name"]!, ["text"] = "" });
            }
            text.Append((string)output["text"]!);
            return;
        }

        string? display = (string?)output["transient"]?["display_id"];
        output.Remove("transient");
        if (kind == "update_display_data")
        {
            foreach (JsonObject shown in display is not null && displays.TryGetValue(display, out List<JsonObject>? known) ? known : [])
            {
                shown["data"] = output["data"]!.DeepClone();
                shown["metadata"] = output["metadata"]!.DeepClone();
            }
            return;
        }

        Flush();
        stream = null;
        outputs.Add(output);
        if (display is null) return;
        if (!displays.TryGetValue(display, out List<JsonObject>? same)) displays[display] = same = [];
        same.Add(output);
    }

    void Clear()
    {
        text.Clear();
        stream = null;
        outputs.Clear();
    }

    /// <summary>Brings the notebook up to date; called before it is written.</summary>
    public void Flush()
    {
        if (stream is not null) stream["text"] = (string)stream["text"]! + text;
        text.Clear();
    }
}
