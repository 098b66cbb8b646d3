using System.Text.Json;
using Diffusion.Networks;

namespace Diffusion.Models;

/// <summary>One option of a config.json as it was found; what is of another kind than expected is refused by its key.</summary>
readonly record struct JsonOption(string Key, JsonElement Value)
{
    bool IsNull => Value.ValueKind == JsonValueKind.Null;

    internal bool Flag() => Value.ValueKind is JsonValueKind.True
        or JsonValueKind.False ? Value.GetBoolean() : throw Unsupported("true or false");

    internal double Number() => Value.ValueKind == JsonValueKind.Number ? Value.GetDouble() : throw Unsupported("a number");

    internal string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Unsupported("a text");

    internal string? TextOrNull() => IsNull ? null : Text();

    internal int Whole() => AsWhole(Value);

    internal int? WholeOrNull() => IsNull ? null : AsWhole(Value);

    internal int[] Wholes() => List("whole numbers", JsonValueKind.Number, AsWhole);

    internal string[] Texts() => List("texts", JsonValueKind.String, item => item.GetString()!);

    /// <summary>A number for a square image, a list of two for another, or null.</summary>
    internal ImageSize? Size() => Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Array when Value.GetArrayLength() == 2 => new(AsWhole(Value[0]), AsWhole(Value[1])),
        _ => AsWhole(Value),
    };

    /// <summary>Passes the config on where the option has its one supported value.</summary>
    internal T Only<T>(string supported, T config) =>
        Value.ValueKind == JsonValueKind.String && Value.ValueEquals(supported) ? config : throw Unsupported($"\"{supported}\"");

    /// <summary>Refuses an option that is not known and is switched on.</summary>
    internal void RequireOff()
    {
        if (!IsNull && Value.ValueKind != JsonValueKind.False) throw Unsupported("this option to be absent, null or false");
    }

    int AsWhole(JsonElement item) =>
        item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int whole) ? whole : throw Unsupported("whole numbers");

    T[] List<T>(string of, JsonValueKind kind, Func<JsonElement, T> read) =>
        Value.ValueKind == JsonValueKind.Array && Value.EnumerateArray().All(item => item.ValueKind == kind)
            ? [.. Value.EnumerateArray().Select(read)]
            : throw Unsupported($"a list of {of}");

    InvalidDataException Unsupported(string expected) =>
        new($"{Key} is {Quoted(Value.GetRawText())}, which is not supported: expected {expected}");

    static string Quoted(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
