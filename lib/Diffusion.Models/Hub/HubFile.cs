using System.Security.Cryptography;
using System.Text;

namespace Diffusion.Models.Hub;

/// <summary>A file as the hub announces it.</summary>
/// <param name="Etag">The SHA-256 of a large file, the git blob SHA-1 of a small one, in hexadecimal.</param>
/// <param name="Size">In bytes.</param>
sealed record HubFile(string Etag, long Size)
{
    bool IsLarge => Etag.Length == 2 * SHA256.HashSizeInBytes;

    /// <summary>What the hash is.</summary>
    internal string HashName => IsLarge ? "SHA-256" : "git SHA-1";

    /// <summary>The same hash of what lies on disk.</summary>
    internal async Task<string> HashOf(Stream stream, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(IsLarge ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (!IsLarge) hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));      // as git hashes a file
        var buffer = new byte[1 << 18];
        while (await stream.ReadAsync(buffer, stop) is int read and > 0) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Whether a file holds just these bytes.</summary>
    internal async Task<bool> IsAt(string path, CancellationToken stop)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return stream.Length == Size && await HashOf(stream, stop) == Etag;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)     // a link to nowhere, too
        {
            return false;
        }
    }
}
