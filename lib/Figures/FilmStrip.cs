using System.Collections.Immutable;
using Figures.Colours;
using Figures.Drawing;
using SkiaSharp;

namespace Figures;

/// <summary>A few frames of something that moves, in reading order, for where nothing moves; with a label above each where given.</summary>
sealed record FilmStrip : Figure
{
    const float Margin = 14, Gap = 10, LabelSize = 14;
    const int PlotWidth = 340, PlotHeight = 260;

    readonly ImmutableArray<Figure> frames;
    readonly ImmutableArray<string> labels;
    readonly int columns;

    internal FilmStrip(string title, ImmutableArray<Figure> chosen, ImmutableArray<string> labels = default) : base(title)
    {
        // A wide plot is drawn anew at the strip's size, where its letters stay readable; anything else is made smaller.
        frames = [.. chosen.Select(frame => frame is Plot { Width: > PlotWidth, IsEqual: false }
            ? frame with { Width = PlotWidth, Height = PlotHeight, IsPanel = true } : frame)];
        this.labels = labels.IsDefault ? [] : labels;
        columns = Math.Min(Columns(chosen[0]), frames.Length);
        int rows = (frames.Length + columns - 1) / columns;
        Height = (int)Math.Ceiling(Header.TitleHeight(title, false) + (rows * RowHeight) - Gap + Margin);
    }

    /// <summary>Which frames of so many a strip shows: six, or four of wide ones.</summary>
    internal static int[] Choose(int count, Figure frame) => Decimation.Indices(count, 2 * Columns(frame));

    static int Columns(Figure frame) => frame.Width > 520 || frame is Plot { IsEqual: false } ? 2 : 3;

    float LabelHeight => labels.IsEmpty ? 0 : 20;
    float Scale => Math.Min(1, (Width - (2 * Margin) - (Gap * (columns - 1))) / columns / frames[0].Width);
    float RowHeight => LabelHeight + (frames[0].Height * Scale) + Gap;

    internal override void Draw(SKCanvas canvas)
    {
        Header.Title(canvas, Title, Width, false);
        float top = Header.TitleHeight(Title, false), w = frames[0].Width * Scale, h = frames[0].Height * Scale;
        using var frame = new SKPaint { Color = Palette.Grid, IsStroke = true };
        for (int i = 0; i < frames.Length; i++)
        {
            canvas.Save();
            canvas.Translate(Margin + (i % columns * (w + Gap)), top + (i / columns * RowHeight));
            if (!labels.IsEmpty) MathText.Draw(canvas, labels[i], 2, LabelSize, LabelSize, Palette.Text);
            canvas.Translate(0, LabelHeight);
            canvas.DrawRect(0, 0, w, h, frame);
            canvas.Scale(Scale);
            frames[i].Draw(canvas);
            canvas.Restore();
        }
    }

    internal override int Colours => frames[0].Colours;

    private protected override string Describe() => $"{Title}: {frames[0].Alt}";
}
