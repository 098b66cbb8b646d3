using System.Text.RegularExpressions;

namespace Notebooks.Scripting;

/// <summary>What it means, in one sentence, that a directive could not be followed.</summary>
static partial class DirectiveHints
{
    /// <summary>What was complained of, without the machine's folders.</summary>
    internal static string WithoutPlaces(string complaint) =>
        string.Join('\n', complaint.ReplaceLineEndings("\n").Split('\n').Select(line => Place().Replace(line, "")).Distinct()).Trim();

    /// <summary>The sentence; null for a complaint that says enough itself.</summary>
    internal static string? For(string complaint) =>
        NoPackage().Match(complaint) is { Success: true } none
            ? $"There is no package `{none.Groups[1].Value}` to be had: correct its name, or connect to the internet (offline, only a "
                + "package and version that are in NuGet's cache can be used)."
        : NoVersion().Match(complaint) is { Success: true } version
            ? $"The package `{version.Groups[1].Value}` is not to be had in the version {version.Groups[2].Value}: write one that is "
                + "published, or connect to the internet (offline, only what is in NuGet's cache can be used)."
        : NoDirective().Match(complaint) is { Success: true } unknown
            ? $"There is no directive `{unknown.Groups[1].Value}` here: those there are, are #!csharp, #!html, #!javascript, #!value, "
                + "#!time, #!who, #!whos, #!share, #!set, #!import, #r, #i and #load."
        : complaint.Contains("error NU", StringComparison.Ordinal)
            || complaint.Contains("Failed to download package", StringComparison.Ordinal)
            ? "The package could not be fetched: connect to the internet, or name one and a version that are in NuGet's cache."
        : null;

    [GeneratedRegex(@"^\S*(?:Project\.fsproj|NuGet\.targets\([0-9,]+\)) ?: | \[\S*Project\.fsproj\]"
        + @"| No packages exist with this id in source\(s\): .*$")]
    private static partial Regex Place();

    [GeneratedRegex(@"Unknown magic command '([^']+)'")]
    private static partial Regex NoDirective();

    [GeneratedRegex(@"NU1101: Unable to find package ([^ ]+?)\.(?: |$)")]
    private static partial Regex NoPackage();

    [GeneratedRegex(@"NU110[23]: Unable to find (?:a stable )?package ([^ ]+) with version \(?(?:>= )?([^ )]+)")]
    private static partial Regex NoVersion();
}
