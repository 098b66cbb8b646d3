using System.Text.Json.Nodes;

namespace Notebooks.Jupyter;

/// <summary>What the kernel says of itself, for kernel_info_request.</summary>
static class KernelInfo
{
    internal static JsonObject Content() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = Message.Protocol,
        ["implementation"] = "workbook",
        ["implementation_version"] = typeof(KernelInfo).Assembly.GetName().Version!.ToString(3),
        ["language_info"] = new JsonObject
        {
            ["name"] = "csharp", // VS Code's own name: with another it marks every cell it saves
            ["version"] = "14.0",
            ["mimetype"] = "text/x-csharp",
            ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp",
            ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = $"C# 14 and .NET Interactive for the Diffusion Workbook, on .NET {Environment.Version}",
        ["debugger"] = false,
        ["help_links"] = new JsonArray(new JsonObject { ["text"] = "C# language", ["url"] = "https://learn.microsoft.com/dotnet/csharp/" }),
    };
}
