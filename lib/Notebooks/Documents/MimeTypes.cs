namespace Notebooks.Documents;

/// <summary>What nbformat knows of MIME types.</summary>
static class MimeTypes
{
    internal const string Plain = "text/plain", Png = "image/png";

    /// <summary>Whether a representation of this type is stored as JSON rather than as text: application/json and
    /// application/…+json.</summary>
    internal static bool IsJson(string type) =>
        type == "application/json"
            || (type.StartsWith("application/", StringComparison.Ordinal) && type.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>Whether a representation of this type is stored as a list of lines.</summary>
    internal static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.Ordinal) || type is "application/javascript" or "image/svg+xml";
}
