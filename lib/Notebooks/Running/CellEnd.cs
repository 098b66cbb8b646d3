using System.Text.Json.Nodes;

namespace Notebooks.Running;

/// <summary>How a cell ended.</summary>
/// <param name="Content">The error output; of an expression its value; empty where a cell ended well.</param>
/// <param name="IsLost">Whether its process is gone: then nobody has shown the error yet.</param>
sealed record CellEnd(JsonObject Content, bool IsLost)
{
    /// <summary>Whether it failed.</summary>
    internal bool IsError => (string?)Content["output_type"] == "error";
}
