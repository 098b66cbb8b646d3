namespace Figures.Display;

/// <summary>Something a notebook can show in several ways.</summary>
public interface IRepresentation
{
    /// <summary>Writes the representation of this MIME type (base64 for pictures), or writes nothing and returns false.</summary>
    bool Write(string mimeType, TextWriter writer);
}
