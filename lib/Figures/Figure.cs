using System.Runtime.CompilerServices;
using System.Text;
using Figures.Colours;
using Figures.Display;
using Figures.Drawing;
using SkiaSharp;

namespace Figures;

/// <summary>
/// A picture as a plain, unchanging description: making one draws nothing, adding to it gives a new one. It is drawn when it is shown or
/// saved, always as a still picture that any notebook engine, GitHub and print can show.
/// </summary>
[TypeFormatterSource(typeof(RepresentationSource), PreferredMimeTypes = [MimeType.Png, MimeType.Plain])]
public abstract record Figure : IRepresentation
{
    // Two representations of one output hold the same picture: it is drawn once.
    static readonly ConditionalWeakTable<Figure, byte[]> pngs = [];

    private protected Figure(string title) => Title = title ?? throw new ArgumentNullException(nameof(title));

    /// <summary>The title, set above the picture. <c>x_t</c> and <c>x_{t−1}</c> give subscripts, <c>10^{−3}</c> a superscript.</summary>
    public string Title { get; init; }

    /// <summary>
    /// What the picture shows, for readers who cannot see it; by default made from the title, the axes and the layers' names.
    /// </summary>
    public string Alt { get => field ?? Describe(); init; }

    /// <summary>Width in CSS px (the PNG has twice as many pixels).</summary>
    public int Width { get; init => field = Size(value, nameof(Width)); } = 720;

    /// <summary>Height in CSS px (the PNG has twice as many pixels).</summary>
    public int Height { get; init => field = Size(value, nameof(Height)); } = 400;

    /// <summary>The still picture as a PNG with a palette, <c>2·Width × 2·Height</c> pixels.</summary>
    public virtual byte[] ToPng() =>
        pngs.GetValue(this, figure => Picture.Png(figure.Width, figure.Height, figure.DrawCard, figure.Colours));

    /// <summary>The still picture as an SVG document of <c>Width × Height</c> CSS px.</summary>
    public virtual string ToSvg() => Picture.Svg(Width, Height, DrawCard);

    /// <summary>An HTML fragment that shows the picture, with its alt text.</summary>
    public virtual string ToHtml() => Html.Image(ToPng(), "image/png", Alt, Width, Height);

    /// <summary>
    /// Shows the figure now, in the output of the running cell. The handle's <see cref="FigureHandle.Update"/> replaces it in place.
    /// </summary>
    public FigureHandle Show() => new(FrontEnd.Show(this));

    /// <summary>
    /// Writes the figure as <c>.png</c> or <c>.svg</c> (an <see cref="Animation"/> as <c>.gif</c>) and returns the figure itself.
    /// </summary>
    /// <param name="name">A file name; without a folder it goes to the folder of the workbook's pictures
    /// (environment variable WORKBOOK_PICTURES, else <c>../data</c>).</param>
    /// <exception cref="ArgumentException">The name ends in something else.</exception>
    public Figure Save(string name)
    {
        PictureFile.Write(name, Encode(Path.GetExtension(name ?? throw new ArgumentNullException(nameof(name))).ToLowerInvariant(), name));
        return this;
    }

    private protected virtual byte[] Encode(string extension, string name) => extension switch
    {
        ".png" => ToPng(),
        ".svg" => Encoding.UTF8.GetBytes(ToSvg()),
        _ => throw new ArgumentException($"The file name '{name}' ends in '{extension}', expected .png or .svg for this kind of figure "
            + "(.gif for an Animation)."),
    };

    /// <summary>The plain text of the figure: its kind, title and alt text.</summary>
    public sealed override string ToString() => $"[{GetType().Name}] {Alt}";

    /// <summary>Draws the picture into 0 ≤ x ≤ Width, 0 ≤ y ≤ Height (CSS px, y downwards) on a white page.</summary>
    internal abstract void Draw(SKCanvas canvas);

    /// <summary>The whole picture: a white card with an edge, which is seen as one on a light page and on a dark one.</summary>
    internal void DrawCard(SKCanvas canvas)
    {
        using var paper = new SKPaint { Color = Palette.Paper };
        using var edge = new SKPaint { Color = Palette.Frame, IsStroke = true, StrokeWidth = 1 };
        canvas.DrawRect(0, 0, Width, Height, paper);
        Draw(canvas);
        canvas.DrawRect(0.5f, 0.5f, Width - 1, Height - 1, edge);
    }

    /// <summary>Whether the figure stands inside another, where its title is smaller.</summary>
    internal bool IsPanel { get; init; }

    private protected abstract string Describe();

    /// <summary>How many colours its PNG needs; 0 for photographs, which a palette would spoil.</summary>
    internal virtual int Colours => 64;

    bool IRepresentation.Write(string mimeType, TextWriter writer) => WriteAs(mimeType, writer);

    private protected virtual bool WriteAs(string mimeType, TextWriter writer)
    {
        string? text = mimeType switch
        {
            MimeType.Html => ToHtml(),
            MimeType.Png => Convert.ToBase64String(ToPng()),
            MimeType.Plain => ToString(),
            _ => null,
        };
        if (text is null) return false;
        writer.Write(text);
        return true;
    }

    static int Size(int value, string name) => value is >= 40 and <= 4000 ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} is {value} px, expected 40 to 4000.");
}
