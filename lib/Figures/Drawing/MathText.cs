using System.Net;
using System.Text;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace Figures.Drawing;

/// <summary>
/// Text with a little mathematics in it: <c>x_t</c>, <c>ε_θ</c>, <c>x_{t−1}</c> and <c>10^{−3}</c> are set as sub- and superscripts
/// (without braces a script reaches over the letters and digits that follow). In a name (<c>time_emb_proj</c>: two or more of A to Z
/// before it, no brace after it) the underscore is an underscore, and so is <c>\_</c> everywhere.
/// </summary>
public static class MathText
{
    /// <summary>A stretch of text on one level: 0 the line, −1 a subscript, +1 a superscript.</summary>
    internal readonly record struct Run(string Text, int Level);

    const float ScriptSize = 0.72f, SubscriptDrop = 0.2f, SuperscriptRise = 0.38f;

    static readonly ThreadLocal<SKShaper> shaper = new(() => new SKShaper(BundledFont.Typeface));

    internal static List<Run> Parse(string text)
    {
        var runs = new List<Run>();
        var line = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            bool script = text[i] is '_' or '^' && i + 1 < text.Length
                && (text[i + 1] == '{' || IsWord(text, i + 1) && !(text[i] == '_' && IsName(text, i)));
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '_' or '^')
                line.Append(text[++i]);
            else if (!script)
                line.Append(text[i]);
            else
            {
                if (line.Length > 0) runs.Add(new(line.ToString(), 0));
                line.Clear();
                int level = text[i] == '_' ? -1 : 1, start = i + 1, end = start;
                bool braced = text[start] == '{' && text.IndexOf('}', start) > 0;
                if (braced) end = text.IndexOf('}', ++start);
                else while (end < text.Length && IsWord(text, end)) end++;
                runs.Add(new(text[start..end], level));
                i = braced ? end : end - 1;
            }
        }
        if (line.Length > 0) runs.Add(new(line.ToString(), 0));
        return runs;
    }

    static bool IsName(string text, int end) => end >= 2 && char.IsAsciiLetter(text[end - 1]) && char.IsAsciiLetter(text[end - 2]);

    static bool IsWord(string text, int at) =>
        char.IsLetterOrDigit(text[at]) || char.GetUnicodeCategory(text[at]) == System.Globalization.UnicodeCategory.NonSpacingMark;

    /// <summary>How wide the text is, in px.</summary>
    public static float Width(string text, float size) => Parse(text).Sum(run => RunWidth(run, size));

    static float RunWidth(Run run, float size)
    {
        using var font = BundledFont.At(run.Level == 0 ? size : size * ScriptSize);
        return shaper.Value!.Shape(run.Text, font).Width;
    }

    /// <summary>
    /// Draws the text with its base line at <paramref name="y"/>; <paramref name="align"/> is 0 for left, ½ for centred, 1 for right of
    /// <paramref name="x"/>.
    /// </summary>
    internal static void Draw(SKCanvas canvas, string text, float x, float y, float size, SKColor colour, float align = 0)
    {
        if (text.Length == 0) return;
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        x -= align * Width(text, size);
        foreach (var run in Parse(text))
        {
            using var font = BundledFont.At(run.Level == 0 ? size : size * ScriptSize);
            float shift = run.Level switch { < 0 => SubscriptDrop * size, > 0 => -SuperscriptRise * size, _ => 0 };
            // Shaped, so that combining marks (β̃, x̂) sit on their letters.
            canvas.DrawShapedText(shaper.Value!, run.Text, x, y + shift, font, paint);
            x += RunWidth(run, size);
        }
    }

    /// <summary>Draws the text turned by a quarter to the left, centred on <paramref name="y"/>.</summary>
    internal static void DrawUpright(SKCanvas canvas, string text, float x, float y, float size, SKColor colour)
    {
        canvas.Save();
        canvas.Translate(x, y);
        canvas.RotateDegrees(-90);
        Draw(canvas, text, 0, 0, size, colour, 0.5f);
        canvas.Restore();
    }

    const string Marks = "&<>*_`[]$|~\\{}!#";

    /// <summary>The same text for HTML and Plotly: <c>x&lt;sub&gt;t&lt;/sub&gt;</c>.</summary>
    public static string ToHtml(string text) => Tagged(text, WebUtility.HtmlEncode!);

    /// <summary>The same text for Markdown: what Markdown would read as marks is written as entities.</summary>
    public static string ToMarkdown(string text) =>
        Tagged(text, part => string.Concat(part.Select(c => Marks.Contains(c) ? $"&#{(int)c};" : c.ToString())));

    /// <summary>Text that can stand in the brackets of a link or a picture in Markdown.</summary>
    internal static string Plain(string text) => text.Replace("[", "(").Replace("]", ")").Replace("\\", "").ReplaceLineEndings(" ");

    static string Tagged(string text, Func<string, string> encode) => string.Concat(Parse(text).Select(run => run.Level switch
    {
        < 0 => $"<sub>{encode(run.Text)}</sub>",
        > 0 => $"<sup>{encode(run.Text)}</sup>",
        _ => encode(run.Text),
    }));
}
