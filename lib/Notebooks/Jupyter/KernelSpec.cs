using System.Text.Json;
using System.Text.Json.Nodes;
using Shared;

namespace Notebooks.Jupyter;

/// <summary>The entry by which Jupyter clients find a kernel: the folder <c>kernels/NAME</c> with a kernel.json.</summary>
/// <param name="Folder">The folder of this kernel.</param>
public sealed record KernelSpec(string Folder)
{
    const string Program = "workbook.dll";

    /// <summary>The name in committed notebooks, which is .NET Interactive's.</summary>
    public const string Usual = ".net-csharp";

    /// <summary>The name where the usual one is taken.</summary>
    public const string Second = "workbook-csharp";

    /// <summary>The name of Microsoft's own .NET Interactive beside ours.</summary>
    public const string Official = "dotnet-interactive-csharp";

    /// <summary>Microsoft's tool as a package, and the program in it.</summary>
    public const string OfficialTool = "microsoft.dotnet-interactive", OfficialProgram = "Microsoft.DotNet.Interactive.App.dll";

    /// <summary>What a reader sees in a list of kernels: ours and Microsoft's, told apart.</summary>
    public const string DisplayName = "Diffusion Workbook (C#)", OfficialDisplayName = ".NET Interactive (C#)";

    string File => Path.Combine(Folder, "kernel.json");

    public bool Exists => Directory.Exists(Folder);

    /// <summary>Whether it starts this program, from whatever folder.</summary>
    public bool IsOurs
    {
        get
        {
            try
            {
                return System.IO.File.Exists(File) && JsonNode.Parse(System.IO.File.ReadAllText(File))?["argv"] is JsonArray argv
                    && argv.Any(part => part is JsonValue value && value.TryGetValue(out string? text)
                        && Path.GetFileName(text) == Program);
            }
            catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Writes the entry of this program.</summary>
    public void Install() => Write(new JsonObject
    {
        ["argv"] = new JsonArray(Dotnet(), Path.Combine(AppContext.BaseDirectory, Program), "kernel", "start", "-f", "{connection_file}"),
        ["display_name"] = DisplayName,
        ["language"] = "C#",
        ["interrupt_mode"] = "message",
        ["metadata"] = new JsonObject { ["debugger"] = false },
    });

    /// <summary>Writes the entry of Microsoft's tool, for notebooks in any folder.</summary>
    /// <param name="program">Its <see cref="OfficialProgram"/>.</param>
    public void InstallOfficial(string program) => Write(new JsonObject
    {
        ["argv"] = new JsonArray(Dotnet(), program, "jupyter", "--default-kernel", "csharp", "{connection_file}"),
        ["display_name"] = OfficialDisplayName,
        ["language"] = "C#",
        ["env"] = new JsonObject { ["DOTNET_gcConcurrent"] = "0", ["DOTNET_GCgen0size"] = "600000" }, // 6 MB: as for ours
    });

    /// <summary>A folder beside its place, then renamed.</summary>
    void Write(JsonObject json)
    {
        string beside = Path.Combine(Path.GetDirectoryName(Folder)!, $".{Path.GetFileName(Folder)}.part");
        try
        {
            if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
            Directory.CreateDirectory(beside);
            System.IO.File.WriteAllText(Path.Combine(beside, "kernel.json"),
                json.ToJsonString(new()
                {
                    WriteIndented = true,
                    Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
                }) + "\n");
            if (Exists) Directory.Delete(Folder, recursive: true);
            Directory.Move(beside, Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"The kernel cannot be installed in {Shown.Path(Folder)}: {Shown.Reason(error)}", error);
        }
    }

    /// <summary>Removes the entry.</summary>
    public void Uninstall()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"{Shown.Path(Folder)} cannot be removed: {Shown.Reason(error)}", error);
        }
    }

    /// <summary>The folder in which Jupyter looks for the user's kernels.</summary>
    public static string UserFolder
    {
        get
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            string data = Variable("JUPYTER_DATA_DIR")
                ?? (OperatingSystem.IsWindows()
                    ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter")
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Jupyter")
                : Path.Combine(Variable("XDG_DATA_HOME") ?? Path.Combine(home, ".local", "share"), "jupyter"));
            return Path.Combine(data, "kernels");
        }
    }

    /// <summary>All kernels of this name that a Jupyter client could find, without those of Python environments, which only their own
    /// Jupyter knows.</summary>
    public static IEnumerable<KernelSpec> Named(string name)
    {
        IEnumerable<string> data = (Variable("JUPYTER_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        data = OperatingSystem.IsWindows()
            ? data.Append(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "jupyter"))
            : data.Concat(["/usr/local/share/jupyter", "/usr/share/jupyter"]);
        return data.Select(folder => Path.Combine(folder, "kernels")).Prepend(UserFolder)
            .Select(folder => new KernelSpec(Path.Combine(folder, name))).Where(spec => spec.Exists);
    }

    /// <summary>The dotnet that runs this program, by its full path: a client started from a desktop may have another PATH.</summary>
    static string Dotnet()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!; // …/shared/Microsoft.NETCore.App/10.0.x
        string dotnet = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return System.IO.File.Exists(dotnet) ? dotnet : "dotnet";
    }

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
