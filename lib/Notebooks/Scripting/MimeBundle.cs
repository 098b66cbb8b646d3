using System.Collections;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;
using Notebooks.Documents;

namespace Notebooks.Scripting;

/// <summary>
/// A value as the representations a front end can choose from. A type with a formatter source by the naming convention of
/// Microsoft.DotNet.Interactive.Formatting gets the MIME types it prefers; everything else is plain text.
/// </summary>
static class MimeBundle
{
    /// <param name="value">The value, which says how it reads as plain text where it was given no such form.</param>
    /// <param name="forms">The representations that .NET Interactive has made of it.</param>
    internal static JsonObject Of(object? value, IReadOnlyCollection<FormattedValue> forms)
    {
        bool rich = forms.Any(form => form.MimeType != MimeTypes.Plain);
        // Plain text is what is preferred here where nobody has said otherwise; a cell or a package that registers HTML for a type has.
        if (!rich && value is not null && IsRegistered(value, HtmlFormatter.MimeType))
            forms = [new(HtmlFormatter.MimeType, value.ToDisplayString(HtmlFormatter.MimeType)), .. forms];
        var bundle = new JsonObject();
        if (PlotlyChart.ToJson(value) is { } chart) (bundle[PlotlyChart.MimeType], bundle[MimeTypes.Plain]) = (chart, PlotlyChart.Plain);
        foreach (FormattedValue form in forms.Where(form => (form.MimeType != MimeTypes.Plain || rich)
            && !bundle.ContainsKey(form.MimeType)))
            bundle[form.MimeType] = MimeTypes.IsJson(form.MimeType) ? JsonNode.Parse(form.Value) : form.Value;
        if (!bundle.ContainsKey(MimeTypes.Plain) && PlainText(value, forms.FirstOrDefault(form => form.MimeType == MimeTypes.Plain)?.Value,
            rich) is string text) bundle[MimeTypes.Plain] = text;
        return bundle;
    }

    /// <summary>A type that says how it reads is taken at its word, unless a cell has said otherwise; lists and plain objects are spelled
    /// out by the formatter.</summary>
    static string? PlainText(object? value, string? formatted, bool rich) =>
        value is null ? formatted ?? Formatter.NullString
        : formatted is not null
            && (value is IEnumerable or TimeSpan || !SaysHowItReads(value.GetType()) || IsRegistered(value, MimeTypes.Plain)) ? formatted
        : SaysHowItReads(value.GetType()) ? value.ToString()
        : rich ? null : value.ToDisplayString(MimeTypes.Plain);

    static bool IsRegistered(object value, string mimeType) =>
        Formatter.RegisteredFormatters(includeDefaults: false).Any(formatter => formatter.MimeType == mimeType
        && (formatter.Type.IsInstanceOfType(value) || value.GetType() is { IsGenericType: true } type
            && type.GetGenericTypeDefinition() == formatter.Type));

    static bool SaysHowItReads(Type type)
    {
        Type? author = type.GetMethod(nameof(ToString), Type.EmptyTypes)?.DeclaringType;
        return author != typeof(object) && author != typeof(ValueType);
    }
}
