using System.Diagnostics.CodeAnalysis;

namespace Diffusion;

/// <summary>Something a notebook can show in several ways.</summary>
interface IRepresentation
{
    /// <summary>Writes the representation of this MIME type (base64 for pictures), or writes nothing and returns false.</summary>
    bool Write(string mimeType, TextWriter writer);
}

static class MimeType
{
    internal const string Html = "text/html", Markdown = "text/markdown", Png = "image/png", Plain = "text/plain", Plotly = "application/vnd.plotly.v1+json";
}

/// <summary>
/// The formatters of every <see cref="IRepresentation"/>, by the convention of <see cref="TypeFormatterSourceAttribute"/>.
/// </summary>
sealed class RepresentationSource
{
    [SuppressMessage("Performance", "CA1822", Justification = "The convention asks for an instance method.")]
    public IEnumerable<object> CreateTypeFormatters() =>
        new[] { MimeType.Html, MimeType.Markdown, MimeType.Png, MimeType.Plotly, MimeType.Plain }.Select(mimeType => new RepresentationFormatter(mimeType));

    sealed class RepresentationFormatter(string mimeType)
    {
        public string MimeType { get; } = mimeType;

        public bool Format(object value, TextWriter writer) => value is IRepresentation representation
            && representation.Write(MimeType, writer);
    }
}
