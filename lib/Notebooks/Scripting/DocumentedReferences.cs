using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Notebooks.Scripting;

/// <summary>What another resolver finds, each file once and with the XML documentation beside it, which hover and signature help
/// show.</summary>
sealed class DocumentedReferences(MetadataReferenceResolver finder) : MetadataReferenceResolver
{
    readonly ConcurrentDictionary<string, PortableExecutableReference> known = new(StringComparer.Ordinal);

    public override bool ResolveMissingAssemblies => finder.ResolveMissingAssemblies;

    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath,
        MetadataReferenceProperties properties) =>
        [.. finder.ResolveReference(reference, baseFilePath, properties).Select(Documented)];

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity) =>
        finder.ResolveMissingAssembly(definition, referenceIdentity) is { } found ? Documented(found) : null;

    PortableExecutableReference Documented(PortableExecutableReference found) => found.FilePath is not string path
        || found.GetMetadata() is not AssemblyMetadata assembly
        ? found
        : known.GetOrAdd(path, _ => assembly.GetReference(XmlDocumentationProvider.CreateFromFile(Path.ChangeExtension(path, ".xml")),
            filePath: path)).WithProperties(found.Properties);

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => finder.GetHashCode();
}
