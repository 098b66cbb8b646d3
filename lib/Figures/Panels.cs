using System.Collections.Immutable;
using SkiaSharp;

namespace Figures;

/// <summary>Several figures side by side under one title, to be compared.</summary>
public sealed record Panels : Figure
{
    const int PanelHeight = 290;

    /// <summary>Panels in rows of <paramref name="columns"/>, filled row by row; every panel is drawn at its share of the size.</summary>
    /// <exception cref="ArgumentException">There is no figure, or columns &lt; 1.</exception>
    public Panels(string title, int columns, params Figure[] figures) : base(title)
    {
        ArgumentNullException.ThrowIfNull(figures);
        Figures = [.. figures];
        if (Figures.IsEmpty) throw new ArgumentException($"Figure '{title}' has no panels, expected at least one figure.");
        if (columns < 1)
            throw new ArgumentOutOfRangeException(nameof(columns), $"Figure '{title}': columns is {columns}, expected 1 or more.");
        Columns = Math.Min(columns, Figures.Length);
        Height = (int)Header.TitleHeight(title, isPanel: false) + (Rows * PanelHeight);
    }

    /// <summary>The same panels to zoom and point at, where scripts run; the same still picture elsewhere.</summary>
    /// <exception cref="InvalidOperationException">A panel is neither a plot nor a grid of images.</exception>
    public Figure Interactive() => InteractiveFigure.CanShow(this) ? InteractiveFigure.Of(this)
        : throw new InvalidOperationException($"Figure '{Title}' cannot become interactive: its panels must be Plot, HeatMap or "
            + "ImageGrid.");

    /// <summary>The panels, row by row.</summary>
    public ImmutableArray<Figure> Figures { get; internal init; }

    /// <summary>Panels a row.</summary>
    public int Columns { get; internal init; }

    /// <summary>Rows of panels.</summary>
    public int Rows => (Figures.Length + Columns - 1) / Columns;

    internal override void Draw(SKCanvas canvas)
    {
        Header.Title(canvas, Title, Width, IsPanel);
        float top = Header.TitleHeight(Title, IsPanel);
        int w = Width / Columns, h = (int)((Height - top) / Rows);
        for (int i = 0; i < Figures.Length; i++)
        {
            canvas.Save();
            canvas.Translate(i % Columns * w, top + (i / Columns * h));
            (Figures[i] with { Width = w, Height = h, IsPanel = true }).Draw(canvas);
            canvas.Restore();
        }
    }

    internal override int Colours => Figures.Any(figure => figure.Colours == 0) ? 0 : Figures.Max(figure => figure.Colours);

    private protected override string Describe() => $"{Title}: {string.Join("; ", Figures.Select(figure => figure.Alt))}";
}
