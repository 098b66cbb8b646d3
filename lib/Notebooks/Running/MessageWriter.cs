using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notebooks.Running;

/// <summary>Writes one JSON object a line to a pipe.</summary>
sealed class MessageWriter(Stream pipe) : IDisposable
{
    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };
    readonly Lock writing = new();

    /// <summary>Sends a message; one that nobody can receive any more is dropped.</summary>
    internal void Write(JsonObject message)
    {
        byte[] line = JsonSerializer.SerializeToUtf8Bytes(message, Compact);
        lock (writing)
        {
            try
            {
                pipe.Write([.. line, (byte)'\n']);
                pipe.Flush();
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // The other side has ended, which its reader notices too.
            }
        }
    }

    public void Dispose() => pipe.Dispose();
}
