using System.Collections.Concurrent;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Workbook.Scripting;

/// <summary>
/// The XML documentation of an assembly: the file beside it or, for the framework, those of the SDK's reference pack where there is one.
/// Nothing is read before it is asked for.
/// </summary>
sealed class ReferenceDocumentation(string assembly) : DocumentationProvider
{
    /// <summary>The core library's types are documented under the names of the assemblies that programs refer to.</summary>
    static readonly string[] Facades = ["System.Runtime", "System.Collections", "System.Threading", "System.Memory"];

    static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    static readonly Lazy<string?> Pack = new(FindPack);
    static readonly ConcurrentDictionary<string, Lazy<Dictionary<string, string>>> Read = new(StringComparer.Ordinal);

    protected override string? GetDocumentationForSymbol(string documentationMemberID, CultureInfo preferredCulture, CancellationToken cancellationToken) =>
        Files().Select(file => Read.GetOrAdd(file, _ => new(() => Members(file))).Value.GetValueOrDefault(documentationMemberID)).FirstOrDefault(text => text is not null);

    public override bool Equals(object? other) => other is ReferenceDocumentation documentation && documentation.Assembly == Assembly;

    public override int GetHashCode() => Assembly.GetHashCode(StringComparison.Ordinal);

    string Assembly => assembly;

    IEnumerable<string> Files()
    {
        string beside = Path.ChangeExtension(assembly, ".xml");
        if (Path.GetDirectoryName(assembly) != Framework) return File.Exists(beside) ? [beside] : [];
        return Pack.Value is string pack
            ? Facades.Prepend(Path.GetFileNameWithoutExtension(assembly)).Select(name => Path.Combine(pack, name + ".xml")).Where(File.Exists)
            : [];
    }

    static Dictionary<string, string> Members(string file)
    {
        try
        {
            return XDocument.Load(file).Descendants("member").GroupBy(member => (string?)member.Attribute("name") ?? "")
                .ToDictionary(same => same.Key, same => same.First().ToString(SaveOptions.DisableFormatting), StringComparer.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or XmlException)
        {
            return []; // help without documentation is still help
        }
    }

    /// <summary>DOTNET/packs/Microsoft.NETCore.App.Ref/VERSION/ref/netMAJOR.0, seen from DOTNET/shared/Microsoft.NETCore.App/VERSION.</summary>
    static string? FindPack()
    {
        string packs = Path.GetFullPath(Path.Combine(Framework, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref"));
        string target = Path.Combine("ref", $"net{Environment.Version.Major}.0");
        return Directory.Exists(packs) ? Directory.GetDirectories(packs).Select(version => Path.Combine(version, target)).FirstOrDefault(Directory.Exists) : null;
    }
}
