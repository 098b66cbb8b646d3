using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notebooks.Documents;

/// <summary>JSON as Python reads it, and as it writes it with <c>json.dumps(…, ensure_ascii=False, indent=1, sort_keys=True)</c>.</summary>
static partial class PythonJson
{
    internal static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text, 0);
        return text.ToString();
    }

    /// <summary>Python's <c>str.splitlines(keepends=True)</c>: it knows more ends of a line than \n.</summary>
    internal static IEnumerable<string> SplitLines(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsLineEnd(text[i])) continue;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n') i++;
            yield return text[start..(i + 1)];
            start = i + 1;
        }
        if (start < text.Length) yield return text[start..];
    }

    static bool IsLineEnd(char c) => c is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';

    static void Write(JsonNode? node, StringBuilder text, int depth)
    {
        switch (node)
        {
            case JsonObject json:
                WriteItems(json.OrderBy(pair => pair.Key, CodePointOrder.Instance), '{', '}',
                pair =>
                {
                    WriteString(pair.Key, text);
                    text.Append(": ");
                    Write(pair.Value, text, depth + 1);
                });
                break;
            case JsonArray array:
                WriteItems(array, '[', ']', item => Write(item, text, depth + 1));
                break;
            case JsonValue value when value.TryGetValue(out double number) && !double.IsFinite(number):
                text.Append(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case JsonValue value when value.TryGetValue(out string? s):
                WriteString(s, text);
                break;
            default:
                text.Append(node is null ? "null" : node.GetValueKind() == JsonValueKind.Number
                    ? Number(node.ToJsonString()) : node.ToJsonString());
                break;
        }

        void WriteItems<T>(IEnumerable<T> items, char open, char close, Action<T> write)
        {
            text.Append(open);
            bool any = false;
            foreach (T item in items)
            {
                text.Append(any ? ",\n" : "\n").Append(' ', depth + 1);
                write(item);
                any = true;
            }
            if (any) text.Append('\n').Append(' ', depth);
            text.Append(close);
        }
    }

    /// <summary>A JSON number as Python's <c>repr</c> has it: .NET writes 1E-05 where Python writes 1e-05, and 0.00001 where that
    /// does.</summary>
    internal static string Number(string json)
    {
        if (json.AsSpan().IndexOfAny(".eE") < 0) return json;
        double value = double.Parse(json, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value)) return json;       // beyond a double: as it came
        string sign = double.IsNegative(value) ? "-" : "";
        string[] parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        string whole = parts[0].Split('.')[0], all = parts[0].Replace(".", ""), digits = all.TrimStart('0');
        if (digits == "") return sign + "0.0";
        int exponent = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0)
            + whole.Length - 1 - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? $".{digits[1..]}" : "", power = $"{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
            return $"{sign}{digits[0]}{fraction}e{power}";
        }
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    static void WriteString(string s, StringBuilder text)
    {
        text.EnsureCapacity(text.Length + s.Length + 2);
        text.Append('"');
        foreach (char c in s)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ': text.Append($"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }
        text.Append('"');
    }

    /// <summary>Python sorts strings by code point; .NET's ordinal order is by UTF-16 unit and differs beyond the basic plane.</summary>
    sealed class CodePointOrder : IComparer<string>
    {
        internal static readonly CodePointOrder Instance = new();

        public int Compare(string? a, string? b)
        {
            int shared = Math.Min(a!.Length, b!.Length);
            for (int i = 0; i < shared; i++)
            {
                if (a[i] == b[i]) continue;
                bool high = char.IsSurrogate(a[i]) ^ char.IsSurrogate(b[i]);
                return high ? (char.IsSurrogate(a[i]) ? 1 : -1) : a[i].CompareTo(b[i]);
            }
            return a.Length.CompareTo(b.Length);
        }
    }
}
