namespace Diffusion;

/// <summary>
/// Tells a notebook engine how to show a type. Engines built on Microsoft.DotNet.Interactive.Formatting look for an attribute of this
/// <em>name</em> and these properties, not of this type, so the library needs no reference to any engine.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    public string[] PreferredMimeTypes { get; set; } = [];
}
