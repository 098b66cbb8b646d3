using System.Text.Encodings.Web;
using System.Text.Json;
using Shared;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

public sealed partial class SafeTensors
{
    static readonly JsonWriterOptions compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes tensors to a file, byte for byte as the reference implementation does: widest type first, then by name. Whole or not at all:
    /// written beside its place and renamed.
    /// </summary>
    /// <param name="path">The file; what was there is replaced.</param>
    /// <param name="tensors">Tensors by name, on any device; one at a time is brought to the CPU.</param>
    /// <param name="metadata">Notes; left out, <c>format</c> = <c>pt</c>, without which Python's diffusers refuses the file.</param>
    /// <exception cref="NotSupportedException">A tensor's type has no place in the format; the message names it.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = tensors.Select(pair => (Name: pair.Key, Tensor: pair.Value, Rank: Rank(path, pair.Key, pair.Value)))
                            .OrderBy(entry => entry.Rank).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        byte[] header = Header(sorted, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.Write(path,
        stream =>
        {
            stream.Write(BitConverter.GetBytes((ulong)header.Length));
            stream.Write(header);
            foreach (var (_, tensor, _) in sorted)
            {
                using var scope = NewDisposeScope();
                stream.Write(tensor.detach().cpu().contiguous().bytes);
            }
        });
    }

    static int Rank(string path, string name, Tensor tensor)
    {
        int rank = Array.FindIndex(SafeTensor.Types, known => known.Type == tensor.dtype);
        return rank >= 0 ? rank
            : throw new NotSupportedException($"{path}: tensor '{name}' holds {tensor.dtype}, which a safetensors file cannot hold.");
    }

    static byte[] Header(List<(string Name, Tensor Tensor, int Rank)> sorted, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, compact))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafeTensorsHeader.MetadataKey);
                foreach (var (key, note) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, note);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor, rank) in sorted)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafeTensor.Types[rank].Code);
                Numbers("shape", tensor.shape);
                Numbers("data_offsets", [offset, offset += tensor.numel() * SafeTensor.Types[rank].Size]);
                json.WriteEndObject();
            }
            json.WriteEndObject();

            void Numbers(string key, long[] values)
            {
                json.WriteStartArray(key);
                foreach (long value in values) json.WriteNumberValue(value);
                json.WriteEndArray();
            }
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');     // the data begin at a multiple of 8
        return buffer.ToArray();
    }
}
