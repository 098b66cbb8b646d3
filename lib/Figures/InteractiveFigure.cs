using Figures.Display;
using Figures.Drawing;
using SkiaSharp;

namespace Figures;

/// <summary>A figure that can be zoomed and pointed at where scripts run, and is the same still picture where they do not.</summary>
[TypeFormatterSource(typeof(RepresentationSource), PreferredMimeTypes = [MimeType.Plotly, MimeType.Png, MimeType.Plain])]
public sealed record InteractiveFigure : Figure
{
    readonly Figure still;
    readonly IChartRenderer renderer;

    InteractiveFigure(Figure still, IChartRenderer renderer) : base(still.Title)
    {
        (this.still, this.renderer) = (still, renderer);
        (Width, Height, Alt) = (still.Width, still.Height, still.Alt);
    }

    /// <summary>The figure made interactive, or the figure itself where the chart library is missing.</summary>
    internal static Figure Of(Figure still) => Of(still, ChartLoader.Renderer);

    internal static Figure Of(Figure still, IChartRenderer? renderer) => renderer is null ? still : new InteractiveFigure(still, renderer);

    /// <summary>Whether a chart can be made of it.</summary>
    internal static bool CanShow(Figure figure) => figure is Plot or ImageGrid
        || (figure is Panels panels && panels.Figures.All(panel => panel is Plot or ImageGrid));

    /// <summary>An HTML fragment with the still picture and, once plotly.js is there, the chart in its place.</summary>
    public override string ToHtml() =>
        PlotlyHtml.Fragment(Still.ToHtml(), ToPlotlyJson());

    /// <inheritdoc/>
    public override byte[] ToPng() => Still.ToPng();

    /// <inheritdoc/>
    public override string ToSvg() => Still.ToSvg();

    /// <summary>The chart as plotly.js takes it.</summary>
    internal string ToPlotlyJson() => renderer.ToJson(Still);

    Figure Still => still with { Title = Title, Alt = Alt, Width = Width, Height = Height, IsPanel = IsPanel };

    internal override int Colours => still.Colours;

    internal override void Draw(SKCanvas canvas) => Still.Draw(canvas);

    private protected override bool WriteAs(string mimeType, TextWriter writer)
    {
        if (mimeType != MimeType.Plotly) return base.WriteAs(mimeType, writer);
        writer.Write(ToPlotlyJson());
        return true;
    }

    private protected override string Describe() => still.Alt;
}
