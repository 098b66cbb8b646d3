namespace Figures;

/// <summary>
/// Makes a chart one can put a hand on. Its one implementation lives in lib/Figures.Plotly beside Plotly.NET, whose assemblies must not
/// meet those a notebook engine brings; <see cref="ChartLoader"/> keeps them apart.
/// </summary>
public interface IChartRenderer
{
    /// <summary>
    /// The figure as plotly.js takes it: a JSON object with data, layout, config and, for a <see cref="Slider"/>, frames.
    /// </summary>
    string ToJson(Figure figure);
}
