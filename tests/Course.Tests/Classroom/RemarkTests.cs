using Course.Classroom;
using Microsoft.DotNet.Interactive.Formatting;

namespace Course.Tests.Classroom;

/// <summary>Whether an engine that knows nothing of this library finds the formatters of remarks: the formatter of .NET Interactive itself is asked.</summary>
public class RemarkTests
{
    static Dictionary<string, string> Shown(object value) =>
        Formatter.GetPreferredMimeTypesFor(value.GetType()).ToDictionary(mimeType => mimeType, mimeType => value.ToDisplayString(mimeType));

    [Fact]
    public void A_check_is_shown_as_markdown_and_text()
    {
        var shown = Shown(new Remark(Verdict.Holds, "β_1 < 1", "measured 0.1", "a bound"));
        Assert.Equal(["text/markdown", "text/plain"], shown.Keys.Order());
        Assert.Equal("> ✓ **β<sub>1</sub> &#60; 1**  \n> measured 0.1 <i>(a bound)</i>\n", shown["text/markdown"]);
        Assert.Equal("> ✗ **a&#42;b &#124; &#91;0, 1&#93; &#36;x&#36;**  \n> 1\n", Shown(new Remark(Verdict.Fails, "a*b | [0, 1] $x$", "1", ""))["text/markdown"]);
        Assert.Equal("✓ β_1 < 1: measured 0.1 (a bound)", shown["text/plain"]);
    }
}
