using System.Globalization;
using System.Text.Json.Nodes;

namespace Notebooks.Scripting;

/// <summary>What one cell may say: beyond that it goes on running, and what it says is left out and counted.</summary>
/// <param name="mostText">In characters of console text.</param>
public sealed class OutputLimit(int mostText)
{
    /// <summary>What a notebook is given, in characters: of console text and, pictures as base64, of all else.</summary>
    public const int UsualText = 2_000_000, Values = 100_000_000, LongestError = 100_000;

    long text, values, leftOutText, leftOutValues;

    /// <summary>As much of the output as may still pass; null for nothing.</summary>
    public CellOutput? Passes(CellOutput output)
    {
        switch (output)
        {
            case CellOutput.Stream stream:
                int room = (int)Math.Clamp(mostText - text, 0, stream.Text.Length);
                text += stream.Text.Length;
                leftOutText += stream.Text.Length - room;
                return room == stream.Text.Length ? stream : room > 0 ? stream with { Text = stream.Text[..room] } : null;
            case CellOutput.Display or CellOutput.Result:
                long size = (output as CellOutput.Display)?.Data.Sum(Size) ?? ((CellOutput.Result)output).Data.Sum(Size);
                if (values + size > Values)
                {
                    leftOutValues++;
                    return null;
                }
                values += size;
                return output;
            default:
                return output; // an update stands in the place of another
        }
    }

    /// <summary>An error of readable length.</summary>
    public static CellOutput.Error? Shortened(CellOutput.Error? error) => error is null
        || error.Traceback.Sum(line => (long)line.Length) <= LongestError ? error
        : error with { Message = Cut(error.Message), Traceback = [.. error.Traceback.Take(100).Select(Cut)] };

    /// <summary>A sentence on what was left out; null where nothing was.</summary>
    public string? LeftOut => (leftOutText, leftOutValues) switch
    {
        (0, 0) => null,
        (_, 0) => $"\n… {Count(leftOutText)} more characters of text were left out: of one cell's console text the first "
            + $"{Count(mostText)} characters are kept.\n",
        (0, _) => $"\n… {Count(leftOutValues)} more values were left out: of one cell's values the first "
            + $"{Count(Values)} characters are kept.\n",
        _ => $"\n… {Count(leftOutText)} more characters of text and {Count(leftOutValues)} values were left out: of one cell's output the "
            + $"first {Count(mostText)} characters of text and {Count(Values)} of values are kept.\n",
    };

    static long Size(KeyValuePair<string, JsonNode?> form) => form.Value is JsonValue value
        && value.TryGetValue(out string? text) ? text.Length : form.Value?.ToJsonString().Length ?? 0;

    static string Cut(string line) => line.Length <= 10_000 ? line : line[..10_000] + " …";

    static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
