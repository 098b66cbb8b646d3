namespace Figures.Display;

/// <summary>The forms in which a figure or a remark can be shown.</summary>
public static class MimeType
{
    /// <summary>An HTML fragment; not shown where a workspace is not trusted.</summary>
    public const string Html = "text/html";

    /// <summary>Markdown, shown everywhere.</summary>
    public const string Markdown = "text/markdown";

    /// <summary>A PNG in base64.</summary>
    public const string Png = "image/png";

    /// <summary>Plain text.</summary>
    public const string Plain = "text/plain";

    /// <summary>A chart as plotly.js takes it.</summary>
    public const string Plotly = "application/vnd.plotly.v1+json";
}
