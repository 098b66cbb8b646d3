using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Notebooks;
using Notebooks.Jupyter;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook kernel</c>: the notebook engine as a kernel for VS Code, JupyterLab, nbconvert and every other Jupyter
/// client.</summary>
static partial class KernelCommand
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    internal static Command Build()
    {
        var name = new Option<string?>("--name")
        {
            Description = $"The kernel's name (default: {KernelSpec.Usual}, or {KernelSpec.Second} where another kernel has that).",
            HelpName = "NAME"
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ValidName().IsMatch(token.Value))
                result.AddError($"--name {token.Value} is no kernel name: expected letters, digits, '.', '-' and '_'.");
        });
        var prefix = new Option<string?>("--prefix")
        {
            Description = "Installs under DIR/share/jupyter/kernels, such as a Python environment's folder.",
            HelpName = "DIR"
        };
        var user = new Option<bool>("--user") { Description = "Installs for the current user (the default)." };
        var force = new Option<bool>("--force") { Description = "Replaces another kernel of that name." };

        var official = new Option<bool>("--official")
        {
            Description = $"Installs Microsoft's own .NET Interactive too, the tool of this repository, as {KernelSpec.Official}."
        };

        var install = new Command("install", "Makes the kernel known to Jupyter clients.") { name, prefix, user, force, official };
        install.SetAction(parsed =>
        {
            Install(parsed.GetValue(name), parsed.GetValue(prefix), parsed.GetValue(force));
            if (parsed.GetValue(official)) InstallOfficial(parsed.GetValue(prefix));
            return ExitCode.Good;
        });
        var uninstall = new Command("uninstall", "Takes that back.") { name, prefix, user };
        uninstall.SetAction(parsed => Uninstall(parsed.GetValue(name), parsed.GetValue(prefix)));
        foreach (Command command in (Command[])[install, uninstall])
        {
            command.Validators.Add(result =>
            {
                if (result.GetValue(user) && result.GetValue(prefix) is not null)
                    result.AddError("--user and --prefix exclude each other.");
            });
        }

        var file = new Option<string>("-f")
        {
            Description = "The connection file that the client has written.",
            HelpName = "FILE",
            Required = true
        };
        var start = new Command("start", "Runs a kernel; Jupyter clients call this.") { file };
        start.SetAction(parsed => Start(parsed.GetRequiredValue(file)));
        return new Command("kernel", "The notebook engine as a Jupyter kernel.") { install, uninstall, start };
    }

    static void Install(string? name, string? prefix, bool force)
    {
        string folder = Folder(prefix);
        KernelSpec spec = new(Path.Combine(folder, name ?? KernelSpec.Usual));
        KernelSpec? foreign = force ? null : KernelSpec.Named(Path.GetFileName(spec.Folder)).Append(spec)
            .FirstOrDefault(other => other.Exists && !other.IsOurs);
        if (foreign is not null && name is null)
        {
            spec = new(Path.Combine(folder, KernelSpec.Second));
            if (spec is { Exists: true, IsOurs: false }) throw Taken(spec);
        }
        else if (foreign is not null)
        {
            throw Taken(foreign);
        }
        spec.Install();
        Console.WriteLine($"Installed the kernel \"{KernelSpec.DisplayName}\" as {Path.GetFileName(spec.Folder)} in "
            + $"{Shown.Path(spec.Folder)}.");
        if (foreign is not null)
        {
            Console.WriteLine($"The name {KernelSpec.Usual} belongs to another kernel ({Shown.Path(foreign.Folder)}), which is left as it "
                + "is. To use this one, open a chapter "
                + $"and choose the kernel \"{KernelSpec.DisplayName}\", or pass --kernel {KernelSpec.Second} (nbconvert: "
                    + $"--ExecutePreprocessor.kernel_name={KernelSpec.Second}).");
        }
    }

    /// <summary>Microsoft's tool under a name of its own: its own installation would take ours, which the chapters name, without
    /// asking. Its package is restored as every other one: `dotnet tool restore` says that all is well where an earlier one went to a
    /// folder of packages that is gone, and the tool does not start then.</summary>
    static void InstallOfficial(string? prefix)
    {
        string root = Repository.Root ?? throw new WorkbookException("The workbook's folder was not found above "
            + $"{AppContext.BaseDirectory}: --official needs its tool manifest.");
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(root, ".config", "dotnet-tools.json")))!;
        string version = (string)manifest["tools"]![KernelSpec.OfficialTool]!["version"]!;
        string packages = Dotnet("msbuild", Path.Combine(root, "lib", "build", "OfficialKernel.proj"),
            "-restore", "-target:Fetched", "-nologo", $"-property:Tool={KernelSpec.OfficialTool}",
            $"-property:ToolVersion={version}", "-getProperty:NuGetPackageRoot")
            .Trim().Split('\n')[^1]; // warnings stand before it
        string folder = Path.Combine(packages, KernelSpec.OfficialTool, version);
        string program = Directory.EnumerateFiles(folder, KernelSpec.OfficialProgram, SearchOption.AllDirectories).FirstOrDefault()
            ?? throw new WorkbookException($"Microsoft's .NET Interactive was not installed: {Shown.Path(folder)} holds no "
                + $"{KernelSpec.OfficialProgram}. Delete that folder and try again; the workbook's own kernel is there.");
        Dotnet(program, "--version"); // it starts
        KernelSpec spec = new(Path.Combine(Folder(prefix), KernelSpec.Official));
        spec.InstallOfficial(program);
        Console.WriteLine($"Installed the kernel \"{KernelSpec.OfficialDisplayName}\" as {KernelSpec.Official} in "
            + $"{Shown.Path(spec.Folder)}.");
    }

    /// <summary>What dotnet answers.</summary>
    static string Dotnet(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0) return said;
        Console.Error.WriteLine(said.Trim());
        throw new WorkbookException($"Microsoft's .NET Interactive was not installed, since `dotnet {string.Join(' ', arguments)}` failed "
            + "(above); the workbook's own kernel is there.");
    }

    static int Uninstall(string? name, string? prefix)
    {
        string[] names = name is null ? [KernelSpec.Usual, KernelSpec.Second] : [name];
        KernelSpec[] found = [.. names.Select(each => new KernelSpec(Path.Combine(Folder(prefix), each))).Where(spec => spec.Exists)];
        if (name is not null && found is [{ IsOurs: false } other])
            throw new WorkbookException($"{Shown.Path(other.Folder)} is not this program's kernel and was left as it is: remove it with "
                + $"jupyter kernelspec remove {name}.");
        // installed by this program, under a name that nothing else takes
        KernelSpec official = new(Path.Combine(Folder(prefix), KernelSpec.Official));
        KernelSpec[] ours = [.. found.Where(spec => spec.IsOurs), .. name is null
            && official.Exists ? [official] : Array.Empty<KernelSpec>()];
        foreach (KernelSpec spec in ours)
        {
            spec.Uninstall();
            Console.WriteLine($"Removed {Shown.Path(spec.Folder)}.");
        }
        if (ours.Length == 0) Console.WriteLine($"No kernel of this program is installed in {Shown.Path(Folder(prefix))}.");
        return ExitCode.Good;
    }

    static string Folder(string? prefix) => prefix is null ? KernelSpec.UserFolder
        : Path.Combine(Path.GetFullPath(prefix), "share", "jupyter", "kernels");

    static WorkbookException Taken(KernelSpec spec) =>
        new($"Another kernel is installed as {Path.GetFileName(spec.Folder)} ({Shown.Path(spec.Folder)}): choose another --name, or "
            + "replace it with --force.");

    static int Start(string file)
    {
        var kernel = new Kernel(ConnectionFile.Read(file));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT,
        context =>
        {
            context.Cancel = true;
            Task.Run(kernel.Interrupt);
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM,
        context =>
        {
            context.Cancel = true;
            kernel.End();
        });
        EndWithParent(kernel);
        kernel.Serve();

        // A cell may still be computing in native code, which nothing can stop: then the process is ended from outside.
        new Thread(() =>
        {
            Thread.Sleep(Patience);
            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true }.Start();
        kernel.Dispose();
        Environment.Exit(ExitCode.Good);
        return ExitCode.Good;
    }

    /// <summary>Jupyter clients say whose child the kernel is. When that process is gone, even by kill -9, nobody would ever end the
    /// kernel.</summary>
    static void EndWithParent(Kernel kernel)
    {
        if (OperatingSystem.IsWindows() || !int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), out int id)) return;
        try
        {
            Process parent = Process.GetProcessById(id);
            parent.WaitForExitAsync().ContinueWith(_ => kernel.End());
        }
        catch (ArgumentException)
        {
            kernel.End(); // gone already
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+\z")]
    private static partial Regex ValidName();
}
