using System.Text.Json;
using Shared;

namespace Notebooks.Jupyter;

/// <summary>Where a kernel listens and with what key its messages are signed: the file that a Jupyter client hands to a kernel it
/// starts.</summary>
public sealed record ConnectionFile(string Ip, int Shell, int Control, int IOPub, int Stdin, int Heartbeat, string Key)
{
    const string Signature = "hmac-sha256";

    /// <summary>Reads the file.</summary>
    /// <exception cref="WorkbookException">It cannot be read, lacks something, or asks for a transport or a signature that is not spoken
    /// here.</exception>
    public static ConnectionFile Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement json = document.RootElement;
            if (json.ValueKind != JsonValueKind.Object)
                throw Wrong("it is not a JSON object", "start the kernel from a Jupyter client, which writes the file");
            Require("transport", "tcp", "tcp");
            Require("signature_scheme", Signature, Signature);
            return new(Text("ip", null), Port("shell_port"), Port("control_port"), Port("iopub_port"), Port("stdin_port"),
                Port("hb_port"), Text("key", ""));

            string Text(string name, string? absent) =>
                !json.TryGetProperty(name, out JsonElement value) ? absent ?? throw Missing(name)
                : value.ValueKind == JsonValueKind.String ? value.GetString()!
                    : throw Wrong($"its \"{name}\" is {value.GetRawText()}", "expected text");

            int Port(string name) =>
                !json.TryGetProperty(name, out JsonElement value) ? throw Missing(name)
                : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int port) && port is > 0 and < 65536 ? port
                : throw Wrong($"its \"{name}\" is {value.GetRawText()}", "expected a port from 1 to 65535");

            void Require(string name, string only, string absent)
            {
                if (Text(name, absent) is string found && found != only)
                    throw Wrong($"its \"{name}\" is \"{found}\"", $"this kernel speaks {only} only; set it in the client");
            }
        }
        catch (JsonException error)
        {
            throw new WorkbookException($"The connection file {Shown.Path(path)} is not valid JSON ({Shown.OneLine(error.Message)}): "
                + "start the kernel from a Jupyter client, which writes it.", error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WorkbookException($"The connection file {Shown.Path(path)} does not exist: a Jupyter client writes it when it "
                + "starts a kernel; check the path after -f.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkbookException($"The connection file {Shown.Path(path)} cannot be read: {Shown.Reason(error)}", error);
        }

        WorkbookException Missing(string name) =>
            Wrong($"it has no \"{name}\"", "start the kernel from a Jupyter client, which writes the file");
        WorkbookException Wrong(string what, string remedy) =>
            new($"The connection file {Shown.Path(path)} cannot be used: {what}; {remedy}.");
    }
}
