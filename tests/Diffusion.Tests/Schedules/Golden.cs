using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Diffusion.Tests.Schedules;

/// <summary>Reads a reference file: 8 bytes header length, a JSON header (name → dtype, shape, byte range), raw little-endian numbers.</summary>
static class Golden
{
    internal static double[] Read(string file, string name)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(Folder(), file));
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        JsonElement entry = json.RootElement.GetProperty(name);
        int from = 8 + header + entry.GetProperty("data_offsets")[0].GetInt32(), to = 8 + header + entry.GetProperty("data_offsets")[1].GetInt32();
        Span<byte> data = bytes.AsSpan(from..to);
        return entry.GetProperty("dtype").GetString() == "F64" ? MemoryMarshal.Cast<byte, double>(data).ToArray()
            : [.. MemoryMarshal.Cast<byte, float>(data).ToArray().Select(value => (double)value)];
    }

    static string Folder()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !Directory.Exists(Path.Combine(at.FullName, "tests", "golden"))) at = at.Parent;
        return Path.Combine(at!.FullName, "tests", "golden");
    }
}
