using System.Net;

namespace Figures.Drawing;

/// <summary>HTML fragments for pictures.</summary>
static class Html
{
    // Attributes GitHub keeps; the style also gives a white ground with a little air on dark pages.
    internal static string Image(byte[] picture, string type, string alt, int width, int height) =>
        $"<img alt=\"{WebUtility.HtmlEncode(alt)}\" width=\"{width}\" height=\"{height}\" "
        + $"style=\"max-width:100%;height:auto;background:#fff\" src=\"data:{type};base64,{Convert.ToBase64String(picture)}\">";
}
