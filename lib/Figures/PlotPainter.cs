using Figures.Drawing;
using Figures.Layers;
using ScottPlot;
using SkiaSharp;
using Palette = Figures.Colours.Palette;

namespace Figures;

/// <summary>
/// Draws a <see cref="Plot"/>: ScottPlot draws axes and data; title, legend and axis labels stand around them, so that mathematics is set
/// properly and no legend ever covers the data.
/// </summary>
sealed class PlotPainter(Plot plot)
{
    const float Margin = 14, LabelSize = 15, TickSize = 14, LabelHeight = 24, LabelWidth = 32;

    readonly SeriesStyles styles = new(plot.Layers);

    internal void Draw(SKCanvas canvas)
    {
        float top = Header.Draw(canvas, plot, styles);
        var grid = plot.Layers.OfType<GridLayer>().FirstOrDefault();
        var area = new PixelRect(Margin + (plot.YLabel.Length > 0 ? LabelWidth : 0), plot.Width - Margin - (grid is null ? 0 : LabelWidth),
            plot.Height - Margin - (plot.XLabel.Length > 0 ? LabelHeight : 0) + 4, top);

        using var scott = Compose(grid);
        // Once into the void: the layout settles, so that nothing is drawn twice below.
        using (var nowhere = new SKNoDrawCanvas(plot.Width, plot.Height)) scott.Render(nowhere, area);
        var free = scott.LastRender.DataRect;
        var data = plot.IsEqual ? Equal(free, PlotView.Of(plot)) : free;
        if (data != free)
        {
            scott.Layout.Fixed(data);
            using var nowhere = new SKNoDrawCanvas(plot.Width, plot.Height);
            scott.Render(nowhere, area);
        }
        canvas.Save();
        scott.Render(canvas, area);
        canvas.Restore();

        float foot = plot.Height - Margin - (free.Bottom - data.Bottom), side = plot.Width - Margin - 3 - (free.Right - data.Right);
        MathText.Draw(canvas, plot.XLabel, data.HorizontalCenter, foot, LabelSize, Palette.Text, 0.5f);
        MathText.DrawUpright(canvas, plot.YLabel, Margin + LabelSize, data.VerticalCenter, LabelSize, Palette.Text);
        if (grid is not null) MathText.DrawUpright(canvas, grid.Label, side, data.VerticalCenter, LabelSize, Palette.Text);
    }

    /// <summary>The largest rectangle at the upper left of the free one in which both axes have one scale.</summary>
    static PixelRect Equal(PixelRect free, PlotView view)
    {
        float scale = (float)Math.Min(free.Width / (view.Right - view.Left), free.Height / (view.Top - view.Bottom));
        float width = scale * (float)(view.Right - view.Left), height = scale * (float)(view.Top - view.Bottom);
        return new(free.Left, free.Left + width, free.Top + height, free.Top);
    }

    ScottPlot.Plot Compose(GridLayer? grid)
    {
        var scott = new ScottPlot.Plot();
        scott.RenderManager.ClearCanvasBeforeEachRender = false;
        scott.FigureBackground.Color = Palette.Scott(Palette.Paper);
        scott.DataBackground.Color = Palette.Scott(Palette.Paper);
        scott.HideLegend();
        scott.Axes.Title.IsVisible = false;
        scott.Grid.MajorLineColor = Palette.Scott(Palette.Grid);
        scott.Grid.IsVisible = grid is null;

        var bars = plot.Layers.OfType<BarsLayer>().FirstOrDefault();
        scott.Axes.Bottom.TickGenerator = bars is null ? Ticks.For(plot.IsLogX, (plot.Width - 90) / 65) : Ticks.Of(bars.Labels);
        scott.Axes.Left.TickGenerator = Ticks.For(plot.IsLogY, (plot.Height - 110) / 34);
        scott.Axes.Right.FrameLineStyle.IsVisible = scott.Axes.Top.FrameLineStyle.IsVisible = grid is not null;
        foreach (var axis in scott.Axes.GetAxes()) Style(axis);
        scott.Axes.Right.MinimumSize = scott.Axes.Right.MaximumSize = grid is null ? 8 : 14;
        scott.Axes.Top.MinimumSize = scott.Axes.Top.MaximumSize = 8;
        if (bars is not null)
        {
            scott.Axes.Bottom.MajorTickStyle.Length = 0;
            scott.Grid.XAxisStyle.IsVisible = false;
        }

        foreach (var layer in plot.Layers) LayerPainter.Add(scott, plot, layer, styles);
        if (grid is not null && scott.PlottableList.OfType<IHasColorAxis>().FirstOrDefault() is { } source)
        {
            var bar = scott.Add.ColorBar(source);
            bar.Width = 16;
            bar.Axis.TickGenerator = Ticks.For(isLog: false, (plot.Height - 110) / 34);
            Style(bar.Axis);
        }

        var view = PlotView.Of(plot);
        scott.Axes.SetLimits(view.Left, view.Right, view.Bottom, view.Top);
        return scott;
    }

    static void Style(IAxis axis)
    {
        axis.TickLabelStyle.Font = BundledFont.Typeface;
        axis.TickLabelStyle.FontSize = TickSize;
        axis.TickLabelStyle.ForeColor = Palette.Scott(Palette.Text);
        axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = Palette.Scott(Palette.Frame);
        axis.MajorTickStyle.Length = 5;
        // ScottPlot leaves room for an axis label (ours stands outside) and sets numbers a little above their ticks.
        if (axis is ScottPlot.AxisPanels.AxisBase panel) (panel.EmptyLabelPadding, panel.PaddingOutsideAxisLabels) = (new(0, 0), new(0, 0));
        if (axis.Edge is Edge.Left or Edge.Right) axis.TickLabelStyle.OffsetY = 2.5f;
        axis.MinorTickStyle.Length = 0;
        axis.FrameLineStyle.Color = Palette.Scott(Palette.Frame);
    }
}
