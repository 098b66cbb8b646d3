using System.Reflection;
using System.Text.Json.Nodes;

namespace Notebooks.Scripting;

/// <summary>
/// A chart of Plotly.NET, from whatever package a cell has loaded it. Plotly.NET.Interactive shows it as HTML that fetches plotly.js from
/// the network; as plain data it is drawn by VS Code's and JupyterLab's own plotly.js, without one.
/// </summary>
static class PlotlyChart
{
    internal const string MimeType = "application/vnd.plotly.v1+json", Plain = "A chart of Plotly.NET, drawn where scripts may run.";

    /// <summary>The chart as plotly.js takes it; null for every other value.</summary>
    internal static JsonNode? ToJson(object? value)
    {
        Type? type = value?.GetType();
        while (type is not null && type.FullName != "Plotly.NET.GenericChart") type = type.BaseType;
        return type?.GetMethod("toFigureJson", BindingFlags.Public | BindingFlags.Static)?.Invoke(null, [value]) is string json
            ? JsonNode.Parse(json) : null;
    }
}
