using System.Diagnostics.CodeAnalysis;

namespace Figures.Display;

/// <summary>
/// The formatters of every <see cref="IRepresentation"/>, by the convention of <see cref="TypeFormatterSourceAttribute"/>.
/// </summary>
public sealed class RepresentationSource
{
    /// <summary>One formatter for each MIME type; engines call this by name.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "The convention asks for an instance method.")]
    public IEnumerable<object> CreateTypeFormatters() =>
        new[] { MimeType.Html, MimeType.Markdown, MimeType.Png, MimeType.Plotly, MimeType.Plain }.Select(
            mimeType => new RepresentationFormatter(mimeType));

    sealed class RepresentationFormatter(string mimeType)
    {
        public string MimeType { get; } = mimeType;

        public bool Format(object value, TextWriter writer) => value is IRepresentation representation
            && representation.Write(MimeType, writer);
    }
}
