using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Workbook.Tests.Commands;

/// <summary>
/// A hub of one model on loopback, over real sockets, with a host beside it that serves the large files as a CDN does. Tests change
/// what it announces and what it sends.
/// </summary>
sealed class FakeHub : IDisposable
{
    public const string Name = "owner/tiny", Commit = "0123456789abcdef0123456789abcdef01234567", Weights = "diffusion_pytorch_model.safetensors";

    readonly TcpListener hub = Listen(), cdn = Listen();

    public FakeHub() => Array.ForEach([hub, cdn], listener => _ = Task.Run(() => Serve(listener)));

    /// <summary>What was asked: method, path, headers, on which of the two hosts, and how many bytes of a body went out.</summary>
    public sealed record Request(string Method, string Path, Dictionary<string, string> Headers, bool OnCdn)
    {
        public int Sent { get; set; }
    }

    public ConcurrentQueue<Request> Requests { get; } = [];
    public Dictionary<string, byte[]> Files { get; } = [];
    public string Endpoint => $"http://127.0.0.1:{Port(hub)}";
    public string Sha { get; set; } = Commit;
    public HashSet<string> Large { get; } = [Weights];

    /// <summary>Files listed beside <see cref="Files"/>, which are not there.</summary>
    public string[] ListedOnly { get; set; } = [];

    public Func<string, byte[], string> Etag { get; set; } = HashOf;
    public Func<string, byte[], long> Size { get; set; } = (_, bytes) => bytes.Length;

    /// <summary>Answers instead of the hub: status and further header lines; null lets the hub answer.</summary>
    public Func<Request, (int Status, string Headers)?> Instead { get; set; } = _ => null;

    /// <summary>After how many bytes of a body the connection is cut: null for never.</summary>
    public Func<Request, int?> CutAfter { get; set; } = _ => null;

    public bool HonoursRange { get; set; } = true;
    public TimeSpan Pause { get; set; }         // between two pieces of a body

    [SuppressMessage("Security", "CA5350", Justification = "It is git's hash, not a signature.")]
    public static string HashOf(string name, byte[] bytes) => Convert.ToHexStringLower(name.StartsWith("diffusion_pytorch_model", StringComparison.Ordinal)
        ? SHA256.HashData(bytes)
        : SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));

    public int SentOf(string file) => Requests.Where(request => request.Path.EndsWith("~" + file, StringComparison.Ordinal)).Sum(request => request.Sent);

    public void Dispose() => Array.ForEach([hub, cdn], listener => listener.Dispose());

    static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    async Task Serve(TcpListener listener)
    {
        while (true)
        {
            TcpClient client;
            try { client = await listener.AcceptTcpClientAsync(); }
            catch (Exception error) when (error is SocketException or ObjectDisposedException) { return; }
            _ = Task.Run(async () =>
            {
                using (client)
                {
                    try { await Answer(client, listener == cdn); }
                    catch (IOException) { }     // the other side has gone, as it may
                }
            });
        }
    }

    async Task Answer(TcpClient client, bool onCdn)
    {
        using NetworkStream stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first) return;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line) headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        var request = new Request(first.Split(' ')[0], first.Split(' ')[1], headers, onCdn);
        Requests.Enqueue(request);

        string file = request.Path[(request.Path.IndexOf('~') + 1)..];      // the CDN's paths, and those of a relative redirect
        string resolve = $"/{Name}/resolve/{Sha}/";
        if (Instead(request) is { } instead)
            await Head(instead.Status, instead.Headers, 0);
        else if (request.Path == $"/api/models/{Name}/revision/main")
            await Body(Encoding.UTF8.GetBytes($$"""{"sha": "{{Sha}}", "siblings": [{{string.Join(", ", Files.Keys.Concat(ListedOnly).Select(name => $$"""{"rfilename": "{{name}}"}"""))}}]}"""), "");
        else if (request.Path.StartsWith(resolve, StringComparison.Ordinal) && Files.TryGetValue(request.Path[resolve.Length..], out byte[]? bytes))
        {
            string name = request.Path[resolve.Length..], announced = $"X-Repo-Commit: {Sha}\r\nX-Linked-Etag: \"{Etag(name, bytes)}\"\r\nX-Linked-Size: {Size(name, bytes)}\r\n";
            await Head(307, $"Location: {(Large.Contains(name) ? $"http://127.0.0.1:{Port(cdn)}" : "")}/store/~{name}\r\n{announced}", 0);
        }
        else if (request.Path.Contains("/store/~", StringComparison.Ordinal) && Files.TryGetValue(file, out byte[]? stored))
            await Body(stored, onCdn ? "ETag: \"the-cdn-has-another\"\r\n" : $"X-Repo-Commit: {Sha}\r\nETag: W/\"{Etag(file, stored)}\"\r\n");
        else await Head(404, "X-Error-Code: EntryNotFound\r\n", 0);

        async Task Body(byte[] bytes, string more)
        {
            int from = HonoursRange && headers.TryGetValue("Range", out string? range) ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
            await Head(from > 0 ? 206 : 200, more + (from > 0 ? $"Content-Range: bytes {from}-{bytes.Length - 1}/{bytes.Length}\r\n" : ""), bytes.Length - from);
            if (request.Method == "HEAD") return;
            int end = Math.Min(bytes.Length, from + (CutAfter(request) ?? int.MaxValue - from));
            for (int at = from, piece; at < end; at += piece)
            {
                piece = Math.Min(1 << 14, end - at);
                await stream.WriteAsync(bytes.AsMemory(at, piece));
                request.Sent += piece;
                if (Pause > TimeSpan.Zero) await Task.Delay(Pause);
            }
        }

        async Task Head(int status, string more, int length) =>
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Fake\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n"));
    }
}
