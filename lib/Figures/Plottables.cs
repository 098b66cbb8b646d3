using Figures.Drawing;
using Figures.Layers;
using ScottPlot;
using SkiaSharp;
using Palette = Figures.Colours.Palette;

namespace Figures;

/// <summary>
/// What is common to the plottables drawn here: limits are set by <see cref="PlotView"/>, the legend by <see cref="Header"/>.
/// </summary>
abstract class Plottable : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp) => Draw(rp.Canvas);

    protected abstract void Draw(SKCanvas canvas);

    protected SKPoint Px(Coordinates at) => Axes.GetPixel(at).ToSKPoint();
}

/// <summary>A curve; with ends, a ring where it starts and a dot where it stops.</summary>
sealed class Stroke(Coordinates[] points, SeriesStyle style, bool hasEnds) : Plottable
{
    // Beyond this many points a curve is drawn through the lowest and the highest of each of so many groups: nothing visible is lost.
    const int MostPoints = 6000;

    protected override void Draw(SKCanvas canvas)
    {
        using var paint = new SKPaint
        {
            Color = style.Colour,
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = style.Width,
            StrokeJoin = SKStrokeJoin.Round,
            PathEffect = style.Dash.Length > 0 ? SKPathEffect.CreateDash(style.Dash, 0) : null,
        };
        using var path = new SKPath();
        bool isDown = false;
        foreach (var point in hasEnds ? points : Decimation.Curve(points, MostPoints))
        {
            bool isFinite = double.IsFinite(point.X) && double.IsFinite(point.Y);
            if (isFinite && isDown) path.LineTo(Px(point));
            else if (isFinite) path.MoveTo(Px(point));
            isDown = isFinite;
        }
        if (style.HasHalo)
        {
            using var halo = paint.Clone();
            (halo.Color, halo.StrokeWidth, halo.PathEffect) = (Palette.Paper.WithAlpha(190), style.Width + 2, null);
            canvas.DrawPath(path, halo);
        }
        canvas.DrawPath(path, paint);
        if (!hasEnds) return;
        var first = Px(points[0]);
        var last = Px(points[^1]);
        Mark.Draw(canvas, 0, first.X, first.Y, 7, Palette.Paper);
        Mark.Draw(canvas, 6, first.X, first.Y, 6, style.Colour);
        Mark.Draw(canvas, 0, last.X, last.Y, 7, style.Colour);
    }
}

/// <summary>Marks; many of them are small and let the ones beneath shine through.</summary>
sealed class Marks(Coordinates[] points, SeriesStyle style) : Plottable
{
    /// <summary>More than these would cover each other: so many, evenly chosen, are drawn.</summary>
    internal const int MostPoints = 20_000;

    protected override void Draw(SKCanvas canvas)
    {
        var (size, alpha) = points.Length switch
        {
            <= 60 => (8f, 255),
            <= 400 => (5.5f, 210),
            <= 2000 => (4f, 150),
            <= 10000 => (2.8f, 110),
            _ => (2f, 60),
        };
        foreach (int i in Decimation.Indices(points.Length, MostPoints))
        {
            var point = points[i];
            if (!double.IsFinite(point.X) || !double.IsFinite(point.Y)) continue;
            var at = Px(point);
            Mark.Draw(canvas, style.Mark, at.X, at.Y, size, style.Colour.WithAlpha((byte)alpha));
        }
    }
}

/// <summary>A few words to the upper right of a place, on a ground that keeps them readable.</summary>
sealed class Note(Coordinates at, string text) : Plottable
{
    const float Size = 13.5f;

    protected override void Draw(SKCanvas canvas)
    {
        var p = Px(at);
        float width = MathText.Width(text, Size);
        float x = Math.Min(p.X + 6, Axes.DataRect.Right - width - 4), y = Math.Max(p.Y - 6, Axes.DataRect.Top + Size + 2);
        using var ground = new SKPaint { Color = Palette.Paper.WithAlpha(200), IsAntialias = true };
        canvas.DrawRoundRect(x - 3, y - Size, width + 6, Size + 5, 3, 3, ground);
        MathText.Draw(canvas, text, x, y, Size, Palette.Text);
    }
}

/// <summary>Arrows that keep their true proportions; on axes of unequal scale each component is scaled with its axis.</summary>
sealed class ArrowField(ArrowsLayer layer, SKColor colour) : Plottable
{
    protected override void Draw(SKCanvas canvas)
    {
        using var paint = new SKPaint
        {
            Color = colour,
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = 1.4f,
            StrokeCap = SKStrokeCap.Round
        };
        using var fill = new SKPaint { Color = colour, IsAntialias = true };
        double scale = layer.Scale;
        for (int i = 0; i < layer.Xs.Length; i++)
        {
            double u = layer.Us[i] * scale, v = layer.Vs[i] * scale;
            if (!double.IsFinite(layer.Xs[i] + layer.Ys[i] + u + v)) continue;
            Arrow(canvas, Px(new(layer.Xs[i], layer.Ys[i])), Px(new(layer.Xs[i] + u, layer.Ys[i] + v)), paint, fill, mostHead: 7);
        }
    }

    internal static void Arrow(SKCanvas canvas, SKPoint from, SKPoint to, SKPaint stroke, SKPaint fill, float mostHead)
    {
        float dx = to.X - from.X, dy = to.Y - from.Y, length = MathF.Sqrt((dx * dx) + (dy * dy));
        if (length < 0.5f) { canvas.DrawCircle(from, 0.8f, fill); return; }
        float head = Math.Min(mostHead, 0.45f * length), ux = dx / length, uy = dy / length;
        var neck = new SKPoint(to.X - (head * ux), to.Y - (head * uy));
        canvas.DrawLine(from, neck, stroke);
        using var path = new SKPath();
        float wx = 0.42f * head * uy, wy = 0.42f * head * ux;
        path.AddPoly([to, new(neck.X - wx, neck.Y + wy), new(neck.X + wx, neck.Y - wy)]);
        canvas.DrawPath(path, fill);
    }
}
