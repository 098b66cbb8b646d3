using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shared.Program;

namespace Workbook.Tests;

/// <summary>The walls of the house, as CONTRIBUTING.md draws them, read from the built assemblies and from the sources.</summary>
public sealed partial class HouseTests
{
    static readonly string lib = Path.GetFullPath(Path.Combine(WorkbookProgram.Bin, ".."));

    // Who may refer to whom, of ours; the arrows of the house.
    static readonly Dictionary<string, string[]> arrows = new()
    {
        ["Diffusion"] = [],
        ["Diffusion.Models"] = ["Diffusion"],
        ["Figures"] = [],
        ["Figures.Plotly"] = ["Figures"],
        ["Course"] = ["Diffusion", "Diffusion.Models", "Figures"],
        ["Notebooks.Cells"] = [],
        ["Notebooks"] = ["Notebooks.Cells"],
        ["workbook"] = ["Course", "Diffusion", "Diffusion.Models", "Notebooks"],
    };

    public static TheoryData<string> Assemblies => [.. arrows.Keys];

    public static TheoryData<string, string[]> Nevers => new()
    {
        // Tensors in, tensors out: no file, no picture, no console, no JSON, no classroom.
        { "Diffusion", ["System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.Console", "System.Text.Json", "SkiaSharp", "ScottPlot", "ImageMagick", "System.Net"] },
        { "Diffusion.Models", ["System.Console", "SkiaSharp", "ScottPlot", "ImageMagick"] },
        { "Figures", ["TorchSharp", "Plotly"] },
        { "Figures.Plotly", ["TorchSharp"] },
        { "Course", ["System.CommandLine", "Microsoft.DotNet.Interactive", "Plotly"] },
        { "Notebooks", ["TorchSharp", "Diffusion", "Figures", "Course", "SkiaSharp"] },
        { "Notebooks.Cells", ["TorchSharp", "Microsoft"] },
        { "workbook", ["SkiaSharp", "ScottPlot", "Plotly"] },
    };

    [Theory, MemberData(nameof(Assemblies))]
    public void An_assembly_refers_to_those_below_it_alone(string name)
    {
        MetadataReader built = Read(name);
        string[] ours = [.. built.AssemblyReferences.Select(each => built.GetString(built.GetAssemblyReference(each).Name)).Where(arrows.ContainsKey).Order()];
        Assert.Empty(ours.Except(arrows[name]));
    }

    [Theory, MemberData(nameof(Nevers))]
    public void What_an_assembly_never_does_is_nowhere_in_its_code(string name, string[] never)
    {
        MetadataReader built = Read(name);
        string[] used = [.. built.TypeReferences.Select(handle => built.GetTypeReference(handle))
            .Select(type => $"{built.GetString(type.Namespace)}.{built.GetString(type.Name)}").Distinct()];
        Assert.DoesNotContain(used, type => never.Any(each => type == each || type.StartsWith(each + ".", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Assemblies))]
    public void Nobody_sees_the_inside_of_another_but_its_own_tests(string name)
    {
        MetadataReader built = Read(name);
        string[] friends = [.. built.GetAssemblyDefinition().GetCustomAttributes().Select(built.GetCustomAttribute)
            .Where(attribute => attribute.Constructor.Kind == HandleKind.MemberReference
                && built.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
                && built.GetString(built.GetTypeReference((TypeReferenceHandle)parent).Name) == "InternalsVisibleToAttribute")
            .Select(attribute => built.GetBlobReader(attribute.Value))
            .Select(value => { value.ReadUInt16(); return value.ReadSerializedString()!; })];
        Assert.All(friends, friend => Assert.Equal($"{name}.Tests", friend, ignoreCase: true));
    }

    [Fact]
    public void A_namespace_is_its_folder() => Assert.All(Sources(), source =>
    {
        if (NamespaceLine().Match(File.ReadAllText(source)) is { Success: true } found) Assert.Equal(FolderOf(source), found.Groups[1].Value);
        else Assert.Equal("Program.cs", Path.GetFileName(source));
    });

    [Fact]
    public void A_file_has_at_most_300_lines_of_at_most_140_columns() => Assert.All(Sources(), source =>
    {
        string[] lines = File.ReadAllLines(source);
        Assert.InRange(lines.Length, 1, 300);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 140));
    });

    [Fact]
    public void A_file_has_one_public_type() => Assert.All(Sources(), source =>
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(File.ReadAllText(source)).GetRoot();
        MemberDeclarationSyntax[] types = [.. root.DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(type => type is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax
                && type.Modifiers.Any(SyntaxKind.PublicKeyword))];
        Assert.InRange(types.Length, 0, 1);
    });

    /// <summary>PyTorch's default device is the one of the cells: what the library makes without naming one would follow it by chance.</summary>
    [Fact]
    public void Every_tensor_that_the_library_makes_names_its_device()
    {
        string[] factories = ["randn", "rand", "zeros", "ones", "full", "arange", "linspace", "eye", "empty", "randint", "randperm", "tensor", "as_tensor", "logspace", "from_array"];
        InvocationExpressionSyntax[] made = [.. Sources().SelectMany(source => CSharpSyntaxTree.ParseText(File.ReadAllText(source), path: source).GetRoot()
            .DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Where(call => call.Expression switch
            {
                IdentifierNameSyntax name => factories.Contains(name.Identifier.Text),
                MemberAccessExpressionSyntax member when member.Expression.ToString() is "torch" or "TorchSharp.torch" => factories.Contains(member.Name.Identifier.Text),
                _ => false,
            })];
        Assert.True(made.Length > 50, $"only {made.Length} found");
        Assert.All(made, call => Assert.Matches("CPU|[dD]evice", call.ArgumentList.ToString()));
    }

    /// <summary>A collection that runs beside the program frees numbers that TorchSharp's native code is reading; CONTRIBUTING.md says how that was seen.</summary>
    [Fact]
    public void No_program_collects_beside_its_work()
    {
        string root = Path.Combine(lib, "..");
        string[] hosts = [Path.Combine(WorkbookProgram.Bin, "workbook.runtimeconfig.json"), .. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.Tests.runtimeconfig.json", SearchOption.AllDirectories)];
        Assert.True(hosts.Length > 6, $"only {hosts.Length} found");
        Assert.All(hosts, host => Assert.Matches("""(?s)"System.GC.Gen0MaxBudget": 6291456,.*"System.GC.Concurrent": false""", File.ReadAllText(host)));
        Assert.Equal(System.Runtime.GCLatencyMode.Batch, System.Runtime.GCSettings.LatencyMode);
    }

    /// <summary>The small library that was asked for.</summary>
    [Fact]
    public void The_papers_fit_into_3500_lines() =>
        Assert.InRange(Sources().Where(source => source.StartsWith(Path.Combine(lib, "Diffusion") + Path.DirectorySeparatorChar)).Sum(source => File.ReadLines(source).Count()), 1, 3500);

    [Theory, MemberData(nameof(Assemblies))]
    public void No_two_folders_need_each_other(string name)
    {
        string[] folders = name == "workbook" ? ["Workbook"] : [name];
        string[] sources = [.. Sources().Where(source => folders.Contains(Path.GetRelativePath(lib, source).Split(Path.DirectorySeparatorChar)[0]))];
        HashSet<(string From, string To)> needs = Needs(name, sources);
        foreach (string folder in needs.Select(need => need.From).Distinct())
            Assert.False(Reaches(folder, folder, []), $"{folder} needs, by way of others, itself: {string.Join(", ", needs.Order())}");

        bool Reaches(string from, string to, HashSet<string> seen) =>
            needs.Where(need => need.From == from).Any(need => need.To == to || (seen.Add(need.To) && Reaches(need.To, to, seen)));
    }

    /// <summary>Which namespaces of an assembly name types of which others of it, by the compiler's own reading.</summary>
    static HashSet<(string From, string To)> Needs(string assembly, string[] sources)
    {
        const string Implicit = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
            + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";
        SyntaxTree[] trees = [.. sources.Concat(Directory.EnumerateFiles(Path.Combine(lib, "Shared"), "*.cs")).Distinct()
            .Select(source => CSharpSyntaxTree.ParseText(File.ReadAllText(source), path: source)), CSharpSyntaxTree.ParseText(Implicit)];
        string own = $"{assembly}.dll";
        IEnumerable<string> libraries = Directory.EnumerateFiles(WorkbookProgram.Bin, "*.dll").Concat(Directory.EnumerateFiles(Path.Combine(WorkbookProgram.Bin, "charts"), "*.dll"))
            .Where(file => Path.GetFileName(file) != own && IsManaged(file));
        IEnumerable<string> framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => file.Contains("Microsoft.NETCore.App", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create("House", trees, [.. libraries.Concat(framework).DistinctBy(Path.GetFileName).Select(file => MetadataReference.CreateFromFile(file))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var needs = new HashSet<(string, string)>();
        foreach (SyntaxTree tree in trees.SkipLast(1))
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name.FirstAncestorOrSelf<UsingDirectiveSyntax>() is null))
            {
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                if (type is null || !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly)) continue;
                string from = FolderOf(tree.FilePath), to = type.ContainingNamespace.ToDisplayString();
                if (from != to && to != "<global namespace>") needs.Add((from, to));
            }
        }
        return needs;
    }

    static bool IsManaged(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        return image.HasMetadata;
    }

    static MetadataReader Read(string name)
    {
        string file = new[] { WorkbookProgram.Bin, Path.Combine(WorkbookProgram.Bin, "charts") }.Select(folder => Path.Combine(folder, $"{name}.dll")).First(File.Exists);
        return new PEReader(new MemoryStream(File.ReadAllBytes(file))).GetMetadataReader();
    }

    static IEnumerable<string> Sources() => Directory.EnumerateFiles(lib, "*.cs", SearchOption.AllDirectories)
        .Where(source => !Path.GetRelativePath(lib, source).Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin" or "build"));

    static string FolderOf(string source) => Path.GetDirectoryName(Path.GetRelativePath(lib, source))!.Replace(Path.DirectorySeparatorChar, '.');

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
