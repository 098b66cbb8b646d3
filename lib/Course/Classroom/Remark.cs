using Figures.Colours;
using Figures.Display;
using Figures.Drawing;

namespace Course.Classroom;

/// <summary>How a claim or an answer fared.</summary>
enum Verdict { Holds, Fails, DoesNotApply, Open }

/// <summary>One line about a claim or an answer, in the output of a cell: as Markdown, which is shown where a workspace is not trusted and
/// HTML is not.</summary>
[TypeFormatterSource(typeof(RepresentationSource), PreferredMimeTypes = [MimeType.Markdown, MimeType.Plain])]
sealed record Remark(Verdict Verdict, string Claim, string Finding, string Because, string Hint = "") : IRepresentation
{
    string Sign => Verdict switch { Verdict.Holds => "✓", Verdict.Fails => "✗", Verdict.DoesNotApply => "–", _ => "✎" };

    // Text keeps the page's own colour, so it reads on light and on dark pages; the middle tones of the edge show on both.
    string Colour => Verdict switch { Verdict.Holds => Palette.SeriesHex(2), Verdict.Fails => Palette.SeriesHex(1), _ => "#888888" };

    public bool Write(string mimeType, TextWriter writer)
    {
        if (mimeType == MimeType.Html) writer.Write(ToHtml());
        else if (mimeType == MimeType.Markdown) writer.Write(ToMarkdown());
        else if (mimeType == MimeType.Plain) writer.Write(ToString());
        else return false;
        return true;
    }

    /// <summary>Public by name: front ends that know no formatters look for it.</summary>
    public string ToHtml() =>
        $"<div style=\"border-left:4px solid {Colour};padding:2px 0 2px 10px;margin:4px 0\">"
        + $"<b><span style=\"color:{Colour}\">{Sign}</span> {MathText.ToHtml(Claim)}</b><br>{MathText.ToHtml(Finding)}"
        + (Because.Length > 0 ? $" <i>({MathText.ToHtml(Because)})</i>" : "")
        + (Hint.Length > 0 ? $"<details><summary>Hint</summary>{MathText.ToHtml(Hint)}</details>" : "") + "</div>";

    string ToMarkdown() =>
        $"> {Sign} **{MathText.ToMarkdown(Claim)}**  \n> {MathText.ToMarkdown(Finding)}"
        + (Because.Length > 0 ? $" <i>({MathText.ToMarkdown(Because)})</i>" : "")
        + (Hint.Length > 0 ? $"\n> <details><summary>Hint</summary>{MathText.ToMarkdown(Hint)}</details>" : "") + "\n";

    public override string ToString() =>
        $"{Sign} {Claim}: {Finding}" + (Because.Length > 0 ? $" ({Because})" : "") + (Hint.Length > 0 ? $"\n  Hint: {Hint}" : "");
}
