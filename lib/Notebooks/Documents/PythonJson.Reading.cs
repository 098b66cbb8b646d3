using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Notebooks.Documents;

static partial class PythonJson
{
    /// <summary>Stands for a number that JSON does not know while the rest is parsed.</summary>
    const char Mark = '\uFFFF';

    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512, AllowDuplicateProperties = false };

    /// <summary>
    /// What Python's <c>json</c> reads beyond JSON is read: NaN, Infinity and -Infinity, and half of a surrogate pair (which becomes
    /// U+FFFD). Not so two properties of one name, of which Python loses one.
    /// </summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static JsonNode? Read(string text)
    {
        using var document = JsonDocument.Parse(Tokens().Replace(text, Standard), Deep);
        return Node(document.RootElement);
    }

    static string Standard(Match token) => token.Value[0] == '"' ? Half().Replace(token.Value, @"$1\ufffd") : $"\"{Mark}{token.Value}\"";

    static JsonNode? Node(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var json = new JsonObject();
                foreach (JsonProperty property in element.EnumerateObject()) json[property.Name] = Node(property.Value);
                return json;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Node)]);
            case JsonValueKind.String when element.GetString() is { Length: > 1 } text && text[0] == Mark:
                return JsonValue.Create(text[1..] switch
                {
                    "NaN" => double.NaN,
                    "Infinity" => double.PositiveInfinity,
                    _ => double.NegativeInfinity
                });
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            default:
                return element.ValueKind == JsonValueKind.Null ? null : JsonValue.Create(element.Clone());
        }
    }

    /// <summary>A string, or a number that JSON does not know.</summary>
    [GeneratedRegex("""
        "(?>(?:[^"\\]+|\\.)*)"|-?Infinity|NaN
        """, RegexOptions.Singleline)]
    private static partial Regex Tokens();

    /// <summary>The escape of a high half without a low one behind it, or of a low half without a high one before it.</summary>
    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)"
        + @"(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})")]
    private static partial Regex Half();
}
