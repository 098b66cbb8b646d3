using Figures.Drawing;
using Newtonsoft.Json;
using Plotly.NET;
using Plotly.NET.LayoutObjects;

namespace Figures.Plotly;

/// <summary>Figures as Plotly.NET objects, written as the JSON that plotly.js draws.</summary>
sealed class PlotlyRenderer : IChartRenderer
{
    static readonly string[] unusedButtons = ["select2d", "lasso2d"];

    // The slider jumps: in-between pictures of two data sets would show data that never was.
    static readonly object atOnce = new
    {
        mode = "immediate",
        frame = new { duration = 0, redraw = true },
        transition = new { duration = 0 },
    };

    public string ToJson(Figure figure) => figure is global::Figures.Slider slider ? Moving(slider) : Still(figure);

    static string Still(Figure figure)
    {
        var chart = new Chart(figure, figure.Title);
        return Write(chart.Traces, chart.Layout, []);
    }

    static string Moving(global::Figures.Slider slider)
    {
        Chart[] charts = [.. slider.Frames.Select(frame => new Chart(frame, slider.Title, [.. slider.Frames]))];
        charts[0].Layout.Set(("sliders", new[] { Knob(slider, charts[0].SliderTop) }));
        Trace[][] moved = [.. charts[0].Traces.Select((_, trace) => Chart.Moved([.. charts.Select(chart => chart.Traces[trace])]))];
        var frames = charts.Select((chart, i) => new Frame().Set(
            ("name", Name(i)), ("data", moved.Select(trace => trace[i]).ToArray()),
            ("traces", Enumerable.Range(0, chart.Traces.Count).ToArray()), ("layout", chart.MovingLayout)));
        return Write(charts[0].Traces, charts[0].Layout, [.. frames]);
    }

    static global::Plotly.NET.LayoutObjects.Slider Knob(global::Figures.Slider slider, double top)
    {
        var steps = slider.Labels.Select((label, i) => new SliderStep().Set(
            ("label", label), ("method", "animate"), ("args", new object[] { new[] { Name(i) }, atOnce })));
        return new global::Plotly.NET.LayoutObjects.Slider().Set(
            ("active", 0), ("steps", steps.ToArray()), ("pad", new { t = 0, b = 0, l = 0, r = 0 }), ("x", 0), ("len", 1),
                ("y", top), ("yanchor", "top"),
            ("currentvalue", new { prefix = MathText.ToHtml(slider.Knob) + " = ", xanchor = "left", font = new { size = 15 } }));
    }

    static string Name(int frame) => $"frame{frame}";

    static string Write(List<Trace> traces, Layout layout, Frame[] frames)
    {
        var config = new Config().Set(("displaylogo", false), ("responsive", true), ("modeBarButtonsToRemove", unusedButtons));
        var parts = new Dictionary<string, object> { ["data"] = traces, ["layout"] = layout, ["config"] = config };
        if (frames.Length > 0) parts["frames"] = frames;
        var serializer = JsonSerializer.Create(Globals.JSON_CONFIG);
        serializer.Converters.Add(new WholeNumbers());
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        serializer.Serialize(text, parts);
        return text.ToString();
    }

    /// <summary>Writes 2 and not 2.0, as JavaScript does: a notebook that a browser saves stays the same.</summary>
    sealed class WholeNumbers : JsonConverter
    {
        public override bool CanRead => false;

        public override bool CanConvert(Type objectType) => objectType == typeof(double) || objectType == typeof(double?);

        public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer) =>
            throw new NotSupportedException();

        public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer)
        {
            if (value is double number && Math.Abs(number) < 1e15 && number == Math.Floor(number)) writer.WriteValue((long)number);
            else writer.WriteValue(value);
        }
    }
}
