using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Events;

namespace Notebooks.Scripting;

/// <summary>What is known of a name in a cell, in the two forms that front ends show.</summary>
sealed partial record Inspection(string Plain, string Markdown)
{
    /// <summary>Whether more is known than the signature.</summary>
    internal bool IsDocumented => Plain.Contains("\n\n", StringComparison.Ordinal);

    /// <summary>The C# kernel's hover text: a signature and, quoted below it, what is documented.</summary>
    internal static Inspection OfHover(string text)
    {
        string[] parts = text.ReplaceLineEndings("\n").Split("\n> ", 2);
        return Of([parts[0]], parts.Length > 1 ? parts[1] : "");
    }

    /// <summary>The overloads of what is called, the one that is meant first, with its documentation and that of its parameters.</summary>
    internal static Inspection OfSignatures(SignatureHelpProduced help)
    {
        SignatureInformation[] all = [.. help.Signatures];
        SignatureInformation meant = all[Math.Clamp(help.ActiveSignatureIndex, 0, all.Length - 1)];
        string documented = meant.Documentation?.Value.ReplaceLineEndings("\n").Trim() ?? "";
        return Of([meant.Label, .. all.Where(other => other != meant).Select(other => other.Label)],
            Entry().Replace(documented, "\n- `$1`: "));
    }

    /// <summary>A line on a parameter, what is returned or an exception.</summary>
    [GeneratedRegex(@"\n(\w[\w.<>]*) ?: ")]
    private static partial Regex Entry();

    static Inspection Of(string[] signatures, string documentation)
    {
        string signature = string.Join('\n', signatures).Trim(), documented = documentation.ReplaceLineEndings("\n").Trim();
        return new(documented == "" ? signature : $"{signature}\n\n{documented.Replace("\n- `", "\n  ").Replace("`", "")}",
            $"```csharp\n{signature}\n```" + (documented == "" ? "" : $"\n\n{documented}"));
    }
}
