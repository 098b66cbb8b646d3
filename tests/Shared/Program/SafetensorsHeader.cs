using System.Text.Json.Nodes;

namespace Shared.Program;

/// <summary>The JSON at the beginning of a safetensors file, read as the format says and not by the library.</summary>
static class SafetensorsHeader
{
    public static JsonObject Of(string path)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = new byte[8];
        file.ReadExactly(length);
        var header = new byte[BitConverter.ToInt64(length)];
        file.ReadExactly(header);
        return JsonNode.Parse(header)!.AsObject();
    }
}
