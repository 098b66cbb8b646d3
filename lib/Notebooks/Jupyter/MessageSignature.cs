using System.Security.Cryptography;
using System.Text;

namespace Notebooks.Jupyter;

/// <summary>HMAC-SHA256 over header, parent header, metadata and content, as lower-case hexadecimal digits. An empty key signs nothing, as
/// the protocol has it.</summary>
sealed class MessageSignature(string key)
{
    readonly byte[] key = Encoding.UTF8.GetBytes(key);

    internal byte[] Of(IEnumerable<byte[]> parts)
    {
        if (key.Length == 0) return [];
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (byte[] part in parts) hash.AppendData(part);
        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    internal bool Matches(byte[] signature, IEnumerable<byte[]> parts) => key.Length == 0
        || CryptographicOperations.FixedTimeEquals(signature, Of(parts));
}
