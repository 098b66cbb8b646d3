using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMQ;

namespace Notebooks.Jupyter;

/// <summary>One message of Jupyter's protocol. On the wire it is a list of frames:
/// <code>identities… | &lt;IDS|MSG&gt; | signature | header | parent header | metadata | content | buffers…</code></summary>
/// <param name="Identities">Whom a reply goes back to.</param>
/// <param name="Header">Who says what: msg_id, msg_type, session, username, date, version.</param>
/// <param name="Parent">The header of the message that this one answers; empty where there is none.</param>
/// <param name="Content">What the message says.</param>
sealed record Message(IReadOnlyList<byte[]> Identities, JsonObject Header, JsonObject Parent, JsonObject Content)
{
    internal const string Protocol = "5.3";

    static readonly string Session = Guid.NewGuid().ToString("N");
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };
    static readonly JsonSerializerOptions Compact =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

    /// <summary>The kind of the message.</summary>
    internal string Type => Header["msg_type"] is JsonValue value && value.TryGetValue(out string? type) ? type : "";

    /// <summary>A message of this kernel.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="parent">The message it answers; a reply goes to where that came from.</param>
    /// <param name="content">What it says.</param>
    internal static Message Answering(Message? parent, string type, JsonObject content) => new(parent?.Identities ?? [], new JsonObject
    {
        ["msg_id"] = Guid.NewGuid().ToString("N"),
        ["msg_type"] = type,
        ["session"] = Session,
        ["username"] = "kernel",
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        ["version"] = Protocol,
    }, parent?.Header ?? [], content);

    /// <summary>Reads the frames of a message.</summary>
    /// <exception cref="FormatException">It is no message, or not one signed with the kernel's key: a sentence says what is
    /// wrong.</exception>
    internal static Message Read(NetMQMessage frames, MessageSignature signature)
    {
        int mark = 0;
        while (mark < frames.FrameCount && !frames[mark].ToByteArray().AsSpan().SequenceEqual(Mark)) mark++;
        if (mark == frames.FrameCount) throw new FormatException("it has no delimiter <IDS|MSG>");
        if (frames.FrameCount - mark - 1 is int parts and < 5)
            throw new FormatException($"it has {parts} parts after the delimiter, expected at least 5");

        byte[][] signed = [.. Enumerable.Range(mark + 2, 4).Select(i => frames[i].ToByteArray())];
        if (!signature.Matches(frames[mark + 1].ToByteArray(), signed))
            throw new FormatException("it is not signed with the key of the connection file");
        try
        {
            JsonObject[] json = [.. signed.Select(part => JsonNode.Parse(part, documentOptions: Deep) as JsonObject
                ?? throw new FormatException("one of its parts is not a JSON object"))];
            return new([.. Enumerable.Range(0, mark).Select(i => frames[i].ToByteArray())], json[0], json[1], json[3]);
        }
        catch (JsonException error)
        {
            throw new FormatException("one of its parts is not valid JSON", error);
        }
    }

    /// <summary>The frames of the message.</summary>
    internal NetMQMessage ToFrames(MessageSignature signature)
    {
        byte[][] parts = [.. new[] { Header, Parent, [], Content }.Select(part => JsonSerializer.SerializeToUtf8Bytes(part, Compact))];
        var frames = new NetMQMessage();
        foreach (byte[] identity in Identities) frames.Append(identity);
        frames.Append(Mark.ToArray());
        frames.Append(signature.Of(parts));
        foreach (byte[] part in parts) frames.Append(part);
        return frames;
    }

    /// <summary>A text of the content; empty where there is none.</summary>
    /// <exception cref="FormatException">The text holds half of a surrogate pair, which is no character.</exception>
    internal string Text(string name)
    {
        try
        {
            return Content[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"The {name} of this {Type} is not valid Unicode: it holds half of a surrogate pair. "
                + "Type that character again.", error);
        }
    }

    /// <summary>A truth value of the content.</summary>
    internal bool Flag(string name, bool absent) => Content[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : absent;

    /// <summary>Where in the code the cursor is, in UTF-16 units.</summary>
    internal int Position() =>
        CodePoints.ToIndex(Text("code"), Content["cursor_pos"] is JsonValue value
            && value.TryGetValue(out int points) ? points : int.MaxValue);

    static ReadOnlySpan<byte> Mark => "<IDS|MSG>"u8;
}
