using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

public sealed class KernelCommandTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Kernel(params string[] arguments) => WorkbookProgram.Wait(WorkbookProgram.StartCommand("env", scratch.Folder,
        [$"JUPYTER_DATA_DIR={scratch["user"]}", $"JUPYTER_PATH={scratch["shared"]}", "dotnet", Path.Combine(WorkbookProgram.Bin, "workbook.dll"), "kernel", .. arguments]));

    string Spec(string name, string folder = "user") => scratch[$"{folder}/kernels/{name}/kernel.json"];

    string Foreign(string name, string folder) => scratch.Write($"{folder}/kernels/{name}/kernel.json", """{"argv": ["dotnet", "interactive", "{connection_file}"], "display_name": "another"}""");

    static void Good(WorkbookProgram.Ended ended) => Assert.True(ended.ExitCode == 0, ended.Error);

    static void Refused(WorkbookProgram.Ended ended, params string[] parts)
    {
        Assert.Equal(1, ended.ExitCode);
        Assert.Single(ended.Error.TrimEnd().Split('\n'));
        foreach (string part in parts) Assert.Contains(part, ended.Error);
    }

    [Fact]
    public void It_takes_the_name_in_the_notebooks_and_gives_it_back()
    {
        Good(Kernel("install"));
        JsonNode spec = JsonNode.Parse(File.ReadAllText(Spec(".net-csharp")))!;
        Assert.Equal("Diffusion Workbook (C#)", (string?)spec["display_name"]);
        Assert.Equal("C#", (string?)spec["language"]);
        Assert.All(spec["argv"]!.AsArray().Take(2), part => Assert.True(File.Exists((string?)part), (string?)part));
        Good(Kernel("install")); // again, over its own
        Assert.Contains("Removed", Kernel("uninstall").Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch["user/kernels"]));
        Assert.Contains("No kernel", Kernel("uninstall").Output);
    }

    /// <summary>The name that the chapters ask for stays ours, whatever Microsoft's own installation would do with it.</summary>
    [Fact]
    public void Microsofts_own_is_offered_beside_it_under_another_name()
    {
        Good(Kernel("install", "--official"));
        JsonNode ours = JsonNode.Parse(File.ReadAllText(Spec(".net-csharp")))!, theirs = JsonNode.Parse(File.ReadAllText(Spec("dotnet-interactive-csharp")))!;
        Assert.NotEqual((string?)ours["display_name"], (string?)theirs["display_name"]);
        Assert.All(theirs["argv"]!.AsArray().Take(2), part => Assert.True(File.Exists((string?)part), (string?)part));
        Assert.Equal("""{"DOTNET_gcConcurrent":"0","DOTNET_GCgen0size":"600000"}""", theirs["env"]!.ToJsonString()); // see CONTRIBUTING.md
        Assert.Null(theirs["metadata"]?["vscode"]); // with it VS Code's Jupyter extension leaves the kernel to another extension, and does not list it
        Good(Kernel("uninstall"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch["user/kernels"]));
    }

    [Theory]
    [InlineData("user")]
    [InlineData("shared")]
    public void Another_kernel_of_that_name_is_left_alone(string folder)
    {
        string other = Foreign(".net-csharp", folder), before = File.ReadAllText(other);
        WorkbookProgram.Ended ended = Kernel("install");
        Good(ended);
        Assert.Contains("choose the kernel \"Diffusion Workbook (C#)\"", ended.Output);
        Assert.Equal("Diffusion Workbook (C#)", (string?)JsonNode.Parse(File.ReadAllText(Spec("workbook-csharp")))!["display_name"]);
        Good(Kernel("uninstall"));
        Assert.False(File.Exists(Spec("workbook-csharp")));
        Assert.Equal(before, File.ReadAllText(other));
    }

    [Fact]
    public void Only_force_replaces_a_kernel()
    {
        string other = Foreign("mine", "user"), before = File.ReadAllText(other);
        Refused(Kernel("install", "--name", "mine"), "mine", "--force");
        Refused(Kernel("uninstall", "--name", "mine"), "not this program's kernel");
        Assert.Equal(before, File.ReadAllText(other));
        Good(Kernel("install", "--name", "mine", "--force"));
        Assert.Contains("workbook.dll", File.ReadAllText(other));
    }

    [Fact]
    public void A_prefix_is_an_environment_of_its_own()
    {
        Good(Kernel("install", "--prefix", scratch["env"], "--name", "x"));
        Assert.True(File.Exists(scratch["env/share/jupyter/kernels/x/kernel.json"]));
        Assert.False(Directory.Exists(scratch["user"]));
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("nonsense", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"ip": "127.0.0.1"}""", "no \"shell_port\"")]
    [InlineData("""{"transport": "ipc"}""", "\"transport\" is \"ipc\"")]
    [InlineData("""{"signature_scheme": "hmac-md5"}""", "hmac-sha256 only")]
    [InlineData("""{"ip": "127.0.0.1", "shell_port": 70000}""", "expected a port")]
    [InlineData("""{"ip": "192.0.2.1", "shell_port": 50001, "control_port": 50002, "iopub_port": 50003, "stdin_port": 50004, "hb_port": 50005}""", "cannot listen on 192.0.2.1")]
    public void A_bad_connection_file_is_refused_in_one_sentence(string? text, string why)
    {
        if (text is not null) scratch.Write("connection.json", text);
        Refused(Kernel("start", "-f", scratch["connection.json"]), why);
    }
}
