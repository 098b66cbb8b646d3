using System.Collections.Immutable;
using SkiaSharp;

namespace Diffusion;

/// <summary>A few frames of something that moves, in reading order, for where nothing moves.</summary>
sealed record FilmStrip : Figure
{
    const float Margin = 14, Gap = 8;

    internal FilmStrip(string title, ImmutableArray<Figure> frames, int columns) : base(title)
    {
        (Frames, Columns) = (frames, Math.Min(columns, frames.Length));
        Height = (int)Math.Ceiling(Header.TitleHeight(title, false) + (Rows * ((Scale * frames[0].Height) + Gap)) + Margin - Gap);
    }

    ImmutableArray<Figure> Frames { get; }
    int Columns { get; }
    int Rows => (Frames.Length + Columns - 1) / Columns;
    float Scale => Math.Min(1, (Width - (2 * Margin) - (Gap * (Columns - 1))) / Columns / Frames[0].Width);

    internal override void Draw(SKCanvas canvas)
    {
        Header.Title(canvas, Title, Width, false);
        float top = Header.TitleHeight(Title, false), w = (Frames[0].Width * Scale) + Gap, h = (Frames[0].Height * Scale) + Gap;
        using var frame = new SKPaint { Color = Ink.Grid, IsStroke = true };
        for (int i = 0; i < Frames.Length; i++)
        {
            canvas.Save();
            canvas.Translate(Margin + (i % Columns * w), top + (i / Columns * h));
            canvas.DrawRect(0, 0, w - Gap, h - Gap, frame);
            canvas.Scale(Scale);
            Frames[i].Draw(canvas);
            canvas.Restore();
        }
    }

    internal override int Colours => Frames[0].Colours;

    private protected override string Describe() => $"{Title}: {Frames[0].Alt}";
}
