using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notebooks.Running;

/// <summary>Reads one JSON object a line from a pipe.</summary>
sealed class MessageReader(Stream pipe) : IDisposable
{
    readonly StreamReader reader = new(pipe, Encoding.UTF8);

    /// <summary>The next message; null when the other side has closed the pipe, also in the middle of one.</summary>
    internal JsonObject? Read()
    {
        try
        {
            return reader.ReadLine() is string line
                ? JsonNode.Parse(line, documentOptions: new JsonDocumentOptions { MaxDepth = 512 })!.AsObject() : null;
        }
        catch (Exception error) when (error is IOException or JsonException or ObjectDisposedException)
        {
            return null;
        }
    }

    public void Dispose() => reader.Dispose();
}
