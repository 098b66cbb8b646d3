using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;

namespace Notebooks.Documents;

/// <summary>A variable of the cell tagged <c>parameters</c>: what <c>-p name=value</c> can turn.</summary>
/// <param name="Name">The name of the variable.</param>
/// <param name="Type">Its C# type as a keyword (<c>double</c>); empty where it cannot be told from the declaration.</param>
public sealed record Knob(string Name, string Type)
{
    /// <summary>The C# literal for a value given as text.</summary>
    /// <exception cref="WorkbookException">The text is no value of this type.</exception>
    public string Literal(string value)
    {
        string text = value.Trim(), digits = text.Replace("_", "");
        string? literal = Type switch
        {
            "int" => int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i)
                ? SymbolDisplay.FormatPrimitive(i, false, false) : null,
            "long" => long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long l) ? l + "L" : null,
            "double" => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double d)
                && double.IsFinite(d) ? d.ToString("R") : null,
            "bool" => bool.TryParse(text, out bool b) ? (b ? "true" : "false") : null,
            "string" => SymbolDisplay.FormatLiteral(value, quote: true),
            _ => throw new WorkbookException($"{Name} cannot be set with -p: its declaration does not say that it is a double, "
                + "int, long, bool or string; write the type out in the parameters cell."),
        };
        return literal
            ?? throw new WorkbookException($"-p {Name}={value}: '{value}' is not {(Type == "int" ? "an" : "a")} {Type}; {Expected}.");
    }

    string Expected => Type switch
    {
        "int" => $"expected a whole number from {int.MinValue} to {int.MaxValue}",
        "long" => "expected a whole number of at most 64 bits",
        "double" => "expected a finite number such as 0.5 or 1e-4",
        _ => "expected true or false",
    };
}
