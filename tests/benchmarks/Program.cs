using System.Runtime.Loader;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;

// dotnet run --project tests/benchmarks -c Release -- --filter '*'
string root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "Workbook.sln")))
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException($"Workbook.sln was not found above {AppContext.BaseDirectory}.");
AssemblyLoadContext.Default.Resolving += (context, name) =>
    Path.Combine(root, "lib", "bin", $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance
    .WithArtifactsPath(Path.Combine(root, "out", "benchmarks"))
    .AddDiagnoser(MemoryDiagnoser.Default));
