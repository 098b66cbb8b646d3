using SkiaSharp;

namespace Figures.Drawing;

/// <summary>The marks of points: circle, square, triangle, diamond, triangle down, cross, ring, one a series.</summary>
static class Mark
{
    internal static void Draw(SKCanvas canvas, int mark, float x, float y, float size, SKColor colour)
    {
        using var paint = new SKPaint { Color = colour, IsAntialias = true, StrokeWidth = Math.Max(1.4f, size / 4.5f) };
        float r = size / 2;
        switch (mark % 7)
        {
            case 0: canvas.DrawCircle(x, y, r, paint); break;
            case 1: canvas.DrawRect(x - (0.88f * r), y - (0.88f * r), 1.76f * r, 1.76f * r, paint); break;
            case 2: Polygon(canvas, paint, (x - r, y + (0.8f * r)), (x + r, y + (0.8f * r)), (x, y - r)); break;
            case 3: Polygon(canvas, paint, (x - r, y), (x, y - (1.2f * r)), (x + r, y), (x, y + (1.2f * r))); break;
            case 4: Polygon(canvas, paint, (x - r, y - (0.8f * r)), (x + r, y - (0.8f * r)), (x, y + r)); break;
            case 5:
                paint.IsStroke = true;
                canvas.DrawLine(x - r, y - r, x + r, y + r, paint);
                canvas.DrawLine(x - r, y + r, x + r, y - r, paint);
                break;
            default:
                paint.IsStroke = true;
                canvas.DrawCircle(x, y, r, paint);
                break;
        }
    }

    static void Polygon(SKCanvas canvas, SKPaint paint, params (float X, float Y)[] corners)
    {
        using var path = new SKPath();
        path.AddPoly([.. corners.Select(c => new SKPoint(c.X, c.Y))]);
        canvas.DrawPath(path, paint);
    }
}
