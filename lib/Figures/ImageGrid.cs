using System.Collections.Immutable;
using Figures.Colours;
using Figures.Drawing;
using SkiaSharp;

namespace Figures;

/// <summary>
/// Images in rows and columns, each pixel enlarged to a crisp square, with labels for rows and columns or a caption under each image.
/// </summary>
public sealed record ImageGrid : Figure
{
    const int MostWidth = 720;
    const float Margin = 14, Gap = 4, LabelSize = 14, CaptionSize = 13;

    ImageGrid(string title) : base(title) { }

    internal ImmutableArray<Tile> Tiles { get; init; }

    /// <summary>Images a row.</summary>
    public int Columns { get; internal init; }
    internal float LargestImage { get; init; } = 112;

    /// <summary>A label for each row, or none.</summary>
    public ImmutableArray<string> RowLabels { get; internal init; } = [];

    /// <summary>A label for each column, or none.</summary>
    public ImmutableArray<string> ColumnLabels { get; internal init; } = [];

    /// <summary>A caption for each image, or none.</summary>
    public ImmutableArray<string> Captions { get; internal init; } = [];

    /// <summary>A grid of images, row by row. Its size in CSS px follows from the images and is at most 720 wide.</summary>
    /// <param name="title">The title.</param>
    /// <param name="images">images[n, c, row, column] with c = 0 (grey) or 0, 1, 2 (red, green, blue), values in [−1, 1]; values outside
    /// are clipped.</param>
    /// <param name="columns">Images a row; by default all in one row up to 10.</param>
    /// <param name="rowLabels">A label for each row.</param>
    /// <param name="columnLabels">A label for each column.</param>
    /// <param name="captions">A caption for each image.</param>
    /// <exception cref="ArgumentException">There are no images or not of 1 or 3 channels, or labels do not match it in number.</exception>
    public static ImageGrid Of(string title, double[,,,] images, int? columns = null, IEnumerable<string>? rowLabels = null,
        IEnumerable<string>? columnLabels = null, IEnumerable<string>? captions = null)
    {
        ImmutableArray<Tile> tiles = [.. Tile.Split(title, images)];
        int across = columns ?? Math.Min(tiles.Length, 10);
        if (across < 1)
            throw new ArgumentOutOfRangeException(nameof(columns), $"Figure '{title}': columns is {across}, expected 1 or more.");
        int rows = (tiles.Length + across - 1) / across;
        var grid = new ImageGrid(title)
        {
            Tiles = tiles,
            Columns = across,
            RowLabels = Labels(rowLabels, rows, "rowLabels", "rows"),
            ColumnLabels = Labels(columnLabels, across, "columnLabels", "columns"),
            Captions = Labels(captions, tiles.Length, "captions", "images"),
        };
        return grid.Fitted();

        ImmutableArray<string> Labels(IEnumerable<string>? labels, int expected, string name, string of)
        {
            if (labels is null) return [];
            ImmutableArray<string> given = [.. labels];
            return given.Length == expected ? given
                : throw new ArgumentException($"Figure '{title}': {name} has {given.Length} entries for {expected} {of}, expected one for "
                    + "each.");
        }
    }

    /// <summary>The same grid with images of at most so many CSS px a pixel.</summary>
    internal ImageGrid AtMost(int scale) => (this with { LargestImage = scale * Tiles[0].Width }).Fitted();

    ImageGrid Fitted()
    {
        var (width, height) = Measure(MostWidth);
        return this with { Width = width, Height = height };
    }

    /// <summary>Rows of images.</summary>
    public int Rows => (Tiles.Length + Columns - 1) / Columns;
    float Top => Header.TitleHeight(Title, IsPanel) + (ColumnLabels.IsEmpty ? 0 : 22);
    float CaptionHeight => Captions.IsEmpty ? 0 : 20;
    float Left => Margin + (RowLabels.IsEmpty ? 0 : RowLabels.Max(label => MathText.Width(label, LabelSize)) + 10);

    // CSS px an image pixel: a whole number of them, or of device pixels, where it can be, so that every pixel is an equally large square.
    float Scale(int room)
    {
        float free = (room - Left - Margin - (Gap * (Columns - 1))) / Columns / Tiles[0].Width;
        if (IsPanel) free = Math.Min(free, ((Height - Top - Margin) / Rows - CaptionHeight - Gap) / Tiles[0].Height);
        else free = Math.Min(free, Math.Max(1, LargestImage / Tiles[0].Width));
        if (free >= 2) return MathF.Floor(free);
        return free * Picture.PngScale >= 1 ? MathF.Floor(free * Picture.PngScale) / Picture.PngScale : Math.Max(free, 0.05f);
    }

    (int Width, int Height) Measure(int room)
    {
        float scale = Scale(room);
        float width = Left + (Columns * ((Tiles[0].Width * scale) + Gap)) - Gap + Margin;
        float height = Top + (Rows * ((Tiles[0].Height * scale) + CaptionHeight + Gap)) - Gap + Margin;
        float titled = MathText.Width(Title, 17) + (2 * Margin);
        return ((int)Math.Ceiling(Math.Min(room, Math.Max(width, titled))), (int)Math.Ceiling(Math.Clamp(height, 40, 4000)));
    }

    internal override void Draw(SKCanvas canvas)
    {
        Header.Title(canvas, Title, Width, IsPanel);
        float scale = Scale(Width), w = Tiles[0].Width * scale, h = Tiles[0].Height * scale, left = Left, top = Top;
        // Centred where the title or the panel is wider than the images.
        left += Math.Max(0, (IsPanel ? Width - Left - (Columns * (w + Gap)) + Gap - Margin : 0) / 2);
        for (int i = 0; i < Tiles.Length; i++)
        {
            float x = left + (i % Columns * (w + Gap)), y = top + (i / Columns * (h + CaptionHeight + Gap));
            Tiles[i].Draw(canvas, SKRect.Create(x, y, w, h), isCrisp: scale >= 1);
            if (!Captions.IsEmpty) Fit(canvas, Captions[i], x + (w / 2), y + h + 14, w + Gap, CaptionSize);
            if (i % Columns == 0 && !RowLabels.IsEmpty)
                MathText.Draw(canvas, RowLabels[i / Columns], left - 10, y + (h / 2) + 5, LabelSize, Palette.Text, 1);
            if (i < Columns && !ColumnLabels.IsEmpty) Fit(canvas, ColumnLabels[i], x + (w / 2), top - 7, w + Gap, LabelSize);
        }
    }

    /// <summary>
    /// All images on one sheet, a pixel a pixel, with a white pixel between neighbours: for charts that enlarge it themselves.
    /// </summary>
    public (int Width, int Height, byte[] Png) ToSheet()
    {
        int w = Tiles[0].Width + 1, h = Tiles[0].Height + 1, width = (Columns * w) - 1, height = (Rows * h) - 1;
        return (width, height, Picture.Png(width, height,
        canvas =>
        {
            for (int i = 0; i < Tiles.Length; i++)
                Tiles[i].Draw(canvas, SKRect.Create(i % Columns * w, i / Columns * h, w - 1, h - 1), isCrisp: true);
        }, Colours, scale: 1));
    }

    static void Fit(SKCanvas canvas, string text, float x, float y, float room, float size)
    {
        float width = MathText.Width(text, size);
        MathText.Draw(canvas, text, x, y, width > room ? size * room / width : size, Palette.Text, 0.5f);
    }

    internal override int Colours => Tiles[0].IsColour ? 0 : 64;

    private protected override string Describe()
    {
        string[] words = [.. new[] { RowLabels, ColumnLabels, Captions }.Where(l => !l.IsEmpty).Select(l => string.Join(", ", l))];
        string labels = string.Join("; ", words);
        return $"{Title}: {Tiles.Length} images of {Tiles[0].Width}×{Tiles[0].Height} pixels" + (labels.Length > 0 ? $" ({labels})" : "");
    }
}
