namespace Figures.Layers;

/// <summary>A few words at a place.</summary>
public sealed record NoteLayer(double X, double Y, string Text) : Layer("")
{
    /// <inheritdoc/>
    public override IEnumerable<(double, double)> Extent => [(X, Y)];

    /// <inheritdoc/>
    public override string Kind => "note";
}
