using System.Collections.Immutable;
using Figures.Colours;
using Figures.Drawing;
using SkiaSharp;

namespace Figures;

/// <summary>
/// Boxes and arrows on a grid of places: a map of ideas, a network.
/// <code>new Diagram("A step").Box("xt", "x_t", 0, 0).Box("net", "ε_θ\na U-Net", 1, 0).Arrow("xt", "net")</code>
/// </summary>
public sealed record Diagram : Figure
{
    const float Margin = 14, RowHeight = 92, TextSize = 14, SmallSize = 12.5f, LegendRow = 24;

    /// <summary>An empty diagram.</summary>
    public Diagram(string title) : base(title) => Height = 100;

    sealed record Place(string Name, string Text, double Column, double Row, string Group);

    sealed record Link(string From, string To, string Label, bool IsDashed);

    ImmutableList<Place> Places { get; init; } = [];
    ImmutableList<Link> Links { get; init; } = [];

    /// <summary>Adds a box.</summary>
    /// <param name="name">How arrows refer to it.</param>
    /// <param name="text">Its text; lines after the first (<c>\n</c>) are smaller; long lines are wrapped.</param>
    /// <param name="column">Its place from the left, 0 the first; fractions lie between.</param>
    /// <param name="row">Its place from the top, 0 the first; fractions lie between.</param>
    /// <param name="group">Boxes of one group share a colour, explained in the legend.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Diagram Box(string name, string text, double column, double row, string group = "")
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Places.Any(place => place.Name == name))
            throw new ArgumentException($"Diagram '{Title}' has a box '{name}' already: give this one another name.");
        Data.Finite(Title, name, "column", column);
        Data.Finite(Title, name, "row", row);
        var grown = this with { Places = Places.Add(new(name, text, column, row, group)) };
        return grown with { Height = (int)Math.Clamp(grown.Top + (grown.Rows * RowHeight) + Margin, 100, 4000) };
    }

    /// <summary>Adds an arrow between two boxes, with a few words beside it.</summary>
    /// <exception cref="ArgumentException">There is no such box yet.</exception>
    public Diagram Arrow(string from, string to, string label = "", bool dashed = false)
    {
        foreach (string name in new[] { from, to })
            if (Places.All(place => place.Name != name))
                throw new ArgumentException($"Diagram '{Title}' has no box '{name}' to draw an arrow at: add the boxes first (it has "
                    + $"{string.Join(", ", Places.Select(p => p.Name))}).");
        return this with { Links = Links.Add(new(from, to, label, dashed)) };
    }

    double FirstColumn => Places.Min(place => place.Column);
    double FirstRow => Places.Min(place => place.Row);
    double Columns => Places.Max(place => place.Column) - FirstColumn + 1;
    double Rows => Places.Max(place => place.Row) - FirstRow + 1;
    string[] Groups => [.. Places.Select(place => place.Group).Where(group => group.Length > 0).Distinct()];
    float Top => Header.TitleHeight(Title, IsPanel) + (Groups.Length > 1 ? LegendRow : 0) + 6;

    internal override void Draw(SKCanvas canvas)
    {
        Header.Title(canvas, Title, Width, IsPanel);
        if (Places.IsEmpty) return;
        if (Groups.Length > 1) Legend(canvas, Header.TitleHeight(Title, IsPanel));
        var boxes = Places.ToDictionary(place => place.Name, Frame);
        foreach (var link in Links) Draw(canvas, link, boxes[link.From], boxes[link.To]);
        foreach (var place in Places) Draw(canvas, place, boxes[place.Name]);
    }

    SKRect Frame(Place place)
    {
        float cellWidth = (float)((Width - (2 * Margin)) / Columns), cellHeight = (float)((Height - Top - Margin) / Rows);
        float width = Math.Min(cellWidth - 30, 190), height = Math.Min(cellHeight - 30, 74);
        float x = Margin + ((float)(place.Column - FirstColumn + 0.5) * cellWidth);
        float y = Top + ((float)(place.Row - FirstRow + 0.5) * cellHeight);
        return SKRect.Create(x - (width / 2), y - (height / 2), width, height);
    }

    SKColor Colour(string group) => group.Length == 0 ? Palette.Frame : Palette.Of(Array.IndexOf(Groups, group));

    void Legend(SKCanvas canvas, float y)
    {
        float x = Margin;
        foreach (string group in Groups)
        {
            Draw(canvas, SKRect.Create(x, y + 4, 22, 14), Colour(group), 3);
            MathText.Draw(canvas, group, x + 29, y + 16, TextSize, Palette.Text);
            x += 29 + MathText.Width(group, TextSize) + 22;
        }
    }

    static void Draw(SKCanvas canvas, SKRect box, SKColor colour, float corner)
    {
        using var edge = new SKPaint { Color = colour, IsStroke = true, StrokeWidth = 1.6f, IsAntialias = true };
        using var tint = new SKPaint { Color = colour.WithAlpha(34), IsAntialias = true };
        using var paper = new SKPaint { Color = Palette.Paper, IsAntialias = true };
        foreach (var paint in new[] { paper, tint, edge }) canvas.DrawRoundRect(box, corner, corner, paint);
    }

    void Draw(SKCanvas canvas, Place place, SKRect box)
    {
        Draw(canvas, box, Colour(place.Group), 7);
        float room = 1.1f * (box.Width - 10); // a line a little too long is set a little smaller
        var lines = place.Text.Split('\n').SelectMany(
            (line, i) => Wrap(line, room, i == 0 ? TextSize : SmallSize).Select(part => (part, isFirst: i == 0))).ToArray();
        float height = lines.Sum(line => line.isFirst ? 18 : 16), y = box.MidY - (height / 2) - 3;
        foreach (var (part, isFirst) in lines)
        {
            float size = isFirst ? TextSize : SmallSize, wide = MathText.Width(part, size);
            y += isFirst ? 18 : 16;
            float fitted = Math.Min(size, size * (box.Width - 6) / Math.Max(wide, 1));
            MathText.Draw(canvas, part, box.MidX, y, fitted, isFirst ? Palette.Text : Palette.Faint, 0.5f);
        }
    }

    static IEnumerable<string> Wrap(string line, float room, float size)
    {
        string row = "";
        foreach (string word in line.Split(' '))
        {
            string longer = row.Length == 0 ? word : row + " " + word;
            if (row.Length > 0 && MathText.Width(longer, size) > room)
            {
                yield return row;
                row = word;
            }
            else row = longer;
        }
        yield return row;
    }

    static void Draw(SKCanvas canvas, Link link, SKRect from, SKRect to)
    {
        using var stroke = new SKPaint { Color = Palette.Faint, IsStroke = true, StrokeWidth = 1.6f, IsAntialias = true };
        using var dash = link.IsDashed ? SKPathEffect.CreateDash([5, 4], 0) : null;
        stroke.PathEffect = dash;
        using var fill = new SKPaint { Color = Palette.Faint, IsAntialias = true };
        SKPoint[] way = Way(from, to);
        for (int i = 0; i < way.Length - 2; i++) canvas.DrawLine(way[i], way[i + 1], stroke);
        ArrowField.Arrow(canvas, way[^2], way[^1], stroke, fill, mostHead: 10);
        if (link.Label.Length == 0) return;
        var (a, b) = way.Length == 4 ? (way[1], way[2]) : (way[0], way[1]);
        float width = MathText.Width(link.Label, SmallSize), x = (a.X + b.X) / 2, y = (a.Y + b.Y) / 2;
        bool isFree = Math.Abs(b.Y - a.Y) < 4 && width < Math.Abs(b.X - a.X) && way.Length == 2;
        using var ground = new SKPaint { Color = Palette.Paper.WithAlpha(225) };
        if (!isFree) canvas.DrawRect(x - (width / 2) - 3, y - 9, width + 6, 17, ground);
        MathText.Draw(canvas, link.Label, x, isFree ? y - 6 : y + 4, SmallSize, Palette.Text, 0.5f);
    }

    /// <summary>Straight to a box in the same row or column, else out below (above), along between the rows, and in from there.</summary>
    static SKPoint[] Way(SKRect from, SKRect to)
    {
        SKPoint a = new(from.MidX, from.MidY), b = new(to.MidX, to.MidY);
        bool isDown = to.Top > from.Bottom, isUp = to.Bottom < from.Top;
        if (Math.Abs(a.X - b.X) < 2 || !(isDown || isUp)) return [Edge(from, a, b, 2), Edge(to, b, a, 3)];
        var (leave, enter, level) = isDown ? (from.Bottom + 2, to.Top - 3, to.Top - 16) : (from.Top - 2, to.Bottom + 3, to.Bottom + 16);
        return [new(a.X, leave), new(a.X, level), new(b.X, level), new(b.X, enter)];
    }

    /// <summary>Where the line from the middle of a box to another point leaves the box, and a little further.</summary>
    static SKPoint Edge(SKRect box, SKPoint middle, SKPoint to, float beyond)
    {
        float dx = to.X - middle.X, dy = to.Y - middle.Y, length = MathF.Sqrt((dx * dx) + (dy * dy));
        if (length == 0) return middle;
        // Dividing by 0 gives ∞: a level line leaves through the side, an upright one through the top or the bottom.
        float part = Math.Min(box.Width / 2 / Math.Abs(dx), box.Height / 2 / Math.Abs(dy)) + (beyond / length);
        return new(middle.X + (part * dx), middle.Y + (part * dy));
    }

    private protected override string Describe() =>
        $"Diagram. {Title}: {string.Join(", ", Places.Select(place => place.Text.Replace('\n', ' ')))}"
        + (Links.IsEmpty ? "" : $"; arrows {string.Join(", ", Links.Select(link => $"{First(link.From)} → {First(link.To)}"))}");

    string First(string name) => Places.First(place => place.Name == name).Text.Split('\n')[0];
}
