namespace Figures.Display;

/// <summary>
/// Tells a notebook engine how to show a type. Engines built on Microsoft.DotNet.Interactive.Formatting look for an attribute of this
/// <em>name</em> and these properties, not of this type, so the library needs no reference to any engine.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
public sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The type whose instances make the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The MIME types of an output, the best first.</summary>
    public string[] PreferredMimeTypes { get; set; } = [];
}
