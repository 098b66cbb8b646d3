using System.Text.Json;
using Diffusion.Devices;

namespace Diffusion.Models.Files;

/// <summary>The JSON at the head of a safetensors file, read with distrust: whatever it claims is checked before a byte of data is
/// touched.</summary>
static class SafeTensorsHeader
{
    internal const string MetadataKey = "__metadata__";

    /// <summary>The tensors in the order of their bytes, and the file's own notes.</summary>
    /// <param name="json">The header without its eight bytes of length.</param>
    /// <param name="dataLength">How many bytes follow the header.</param>
    /// <exception cref="InvalidDataException">Says in one sentence, without the file's name, what is wrong with which tensor.</exception>
    internal static (IReadOnlyList<SafeTensor> Tensors, Dictionary<string,
        string> Metadata) Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        var tensors = new Dictionary<string, SafeTensor>();
        Dictionary<string, string>? metadata = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Wrong("the header is not a JSON object");
            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                bool isNew = entry.NameEquals(MetadataKey) ? metadata is null : !tensors.ContainsKey(entry.Name);
                if (!isNew) throw Wrong($"the header names '{entry.Name}' twice");
                if (entry.NameEquals(MetadataKey)) metadata = ParseMetadata(entry.Value);
                else tensors.Add(entry.Name, ParseTensor(entry.Name, entry.Value, dataLength));
            }
        }
        catch (JsonException error)
        {
            throw Wrong($"the header is not valid JSON (byte {error.BytePositionInLine})");
        }
        catch (InvalidOperationException)       // what the parser says of text that is no UTF-8, and of halves of surrogate pairs
        {
            throw Wrong("the header has a text that is not Unicode");
        }

        SafeTensor[] inOrder = [.. tensors.Values.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        RequireSeamless(inOrder, dataLength);
        return (inOrder, metadata ?? []);
    }

    static Dictionary<string, string> ParseMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(note => note.Value.ValueKind != JsonValueKind.String))
            throw Wrong($"{MetadataKey} is not a map from text to text");
        var notes = new Dictionary<string, string>();
        foreach (JsonProperty note in value.EnumerateObject())
            if (!notes.TryAdd(note.Name, note.Value.GetString()!)) throw Wrong($"{MetadataKey} names '{note.Name}' twice");
        return notes;
    }

    static SafeTensor ParseTensor(string name, JsonElement value, long dataLength)
    {
        string code = Field("dtype", JsonValueKind.String).GetString()!;
        var (_, type, size) = SafeTensor.Types.FirstOrDefault(known => known.Code == code);
        if (size == 0)
            throw Wrong($"tensor '{name}' has dtype {Shown(code)}, expected one of "
                + $"{string.Join(", ", SafeTensor.Types.Select(known => known.Code))}");

        long[] shape = Numbers("shape"), offsets = Numbers("data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Wrong($"tensor '{name}' has data_offsets [{string.Join(", ", offsets)}], expected a begin and an end not before it");
        if (offsets[1] > dataLength)
            throw Wrong($"tensor '{name}' ends at byte {offsets[1]} of the data, but the file holds only {dataLength}: it "
                + "was cut off, copy it again");

        UInt128 expected = (UInt128)size;
        foreach (long length in shape)
        {
            expected *= (UInt128)length;        // one factor at a time, each below 2⁶³, from below 2⁶³: no overflow goes unseen
            if (expected > long.MaxValue) throw Wrong($"tensor '{name}' has shape {TensorShape.Format(shape)}, more than a file can hold");
        }
        if (expected != (UInt128)(offsets[1] - offsets[0]))
            throw Wrong($"tensor '{name}' has {offsets[1] - offsets[0]} bytes, expected {expected} for {code} {TensorShape.Format(shape)}");
        return new SafeTensor(name, type, shape, offsets[0], offsets[1]);

        JsonElement Field(string key, JsonValueKind kind)
        {
            JsonElement[] found = value.ValueKind != JsonValueKind.Object ? []
                : [.. value.EnumerateObject().Where(field => field.NameEquals(key)).Select(field => field.Value)];
            return found.Length == 1 && found[0].ValueKind == kind ? found[0]
                : throw Wrong($"tensor '{name}' needs exactly one "
                    + $"{key}{(kind == JsonValueKind.Array ? ", a list of whole numbers" : ", a text")}");
        }

        long[] Numbers(string key) => [.. Field(key, JsonValueKind.Array).EnumerateArray().Select(
            number => number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long n) && n >= 0 ? n
                : throw Wrong($"tensor '{name}' has {Shown(number.GetRawText())} in its {key}, expected whole numbers from 0"))];
    }

    // As in the reference implementation: the tensors tile the data, no byte belongs to two of them and none to nobody.
    static void RequireSeamless(SafeTensor[] inOrder, long dataLength)
    {
        long end = 0;
        string previous = "the header";
        foreach (SafeTensor tensor in inOrder)
        {
            string where = $"tensor '{tensor.Name}' begins at byte {tensor.Begin}";
            if (tensor.Begin < end) throw Wrong($"{where}, inside {previous}, which ends at {end}");
            if (tensor.Begin > end) throw Wrong($"{where}, {tensor.Begin - end} bytes after {previous}: there may be no gap");
            (end, previous) = (tensor.End, $"'{tensor.Name}'");
        }
        if (end != dataLength) throw Wrong($"{dataLength - end} bytes after {previous} belong to no tensor");
    }

    static string Shown(string text) => text.Length <= 40 ? $"'{text}'" : $"'{text[..40]}…'";

    static InvalidDataException Wrong(string sentence) => new(sentence);
}
