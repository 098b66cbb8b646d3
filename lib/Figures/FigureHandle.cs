using Figures.Display;

namespace Figures;

/// <summary>A figure that stands in a cell's output and can be replaced there, for pictures that change while a cell runs.</summary>
[TypeFormatterSource(typeof(RepresentationSource), PreferredMimeTypes = [MimeType.Plain])]
public sealed class FigureHandle : IRepresentation
{
    readonly IShown shown;

    internal FigureHandle(IShown shown) => this.shown = shown;

    /// <summary>Puts another figure in place of the one shown; where the front end cannot, it prints the new one's line of text.</summary>
    public void Update(Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        shown.Update(figure);
    }

    /// <summary>What a cell shows that ends in a handle.</summary>
    public override string ToString() => "(shown above)";

    bool IRepresentation.Write(string mimeType, TextWriter writer)
    {
        if (mimeType != MimeType.Plain) return false;
        writer.Write(ToString());
        return true;
    }
}
