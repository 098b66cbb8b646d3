using System.Collections;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;
using Workbook.Notebooks;

namespace Workbook.Scripting;

/// <summary>
/// A value as the representations a front end can choose from. A type with a formatter source by the naming convention of
/// Microsoft.DotNet.Interactive.Formatting gets the MIME types it prefers; everything else is plain text.
/// </summary>
static class MimeBundle
{
    static MimeBundle() => Formatter.DefaultMimeType = MimeTypes.Plain;

    internal static JsonObject Of(object? value)
    {
        IReadOnlyCollection<string> types = value is null ? [] : Formatter.GetPreferredMimeTypesFor(value.GetType());
        bool rich = types.Any(type => type != MimeTypes.Plain);
        var bundle = new JsonObject();
        foreach (string type in rich ? types : [])
        {
            string text = value.ToDisplayString(type);
            bundle[type] = MimeTypes.IsJson(type) ? JsonNode.Parse(text) : text;
        }
        if (!bundle.ContainsKey(MimeTypes.Plain)) bundle[MimeTypes.Plain] = PlainText(value, rich);
        return bundle;
    }

    /// <summary>A type that says how it reads is taken at its word; lists and plain objects are spelled out by the formatter.</summary>
    static string PlainText(object? value, bool rich) =>
        value is null ? Formatter.NullString
        : rich || (value is not IEnumerable && SaysHowItReads(value.GetType())) ? value.ToString() ?? ""
        : value.ToDisplayString(MimeTypes.Plain);

    static bool SaysHowItReads(Type type)
    {
        Type? author = type.GetMethod(nameof(ToString), Type.EmptyTypes)?.DeclaringType;
        return author != typeof(object) && author != typeof(ValueType);
    }
}
