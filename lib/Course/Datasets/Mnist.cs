using System.IO.Compression;
using System.Security.Cryptography;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Datasets;

/// <summary>
/// Handwritten digits, 28×28 grey levels, by LeCun, Cortes and Burges (CC BY-SA 3.0): the four original files, each checked against its
/// SHA-256 before a digit is shown.
/// </summary>
public sealed class Mnist : IDisposable
{
    /// <summary>Height and width of a digit in pixels.</summary>
    public const int Size = 28;

    Mnist(Tensor images, Tensor labels) => (Images, Labels) = (images, labels);

    /// <summary>The digits, float32 (N, 1, 28, 28) on <see cref="Compute.Device"/>; −1 is paper, +1 is ink, the range in which noise is
    /// added.</summary>
    public Tensor Images { get; }

    /// <summary>Which digit it is, int64 (N), 0 to 9.</summary>
    public Tensor Labels { get; }

    /// <summary>How many digits there are.</summary>
    public long Count => Labels.shape[0];

    /// <summary>Reads one part of MNIST.</summary>
    /// <param name="split">Which part.</param>
    /// <param name="folder">Where the four .gz files lie; the repository's data/mnist unless said otherwise.</param>
    /// <exception cref="InvalidDataException">A file is truncated, damaged or another file; the message says which and what to
    /// do.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    public static Mnist Load(MnistSplit split = MnistSplit.Train, string? folder = null)
    {
        folder ??= DataFolder.Find("mnist");
        (string prefix, int count, string imagesHash, string labelsHash) = split switch
        {
            MnistSplit.Train => ("train", 60_000, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                                                  "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            MnistSplit.Test => ("t10k", 10_000, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                                                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, "Expected Train or Test."),
        };
        byte[] pixels = ReadIdx(Path.Combine(folder, $"{prefix}-images-idx3-ubyte.gz"), imagesHash, count, Size, Size);
        byte[] digits = ReadIdx(Path.Combine(folder, $"{prefix}-labels-idx1-ubyte.gz"), labelsHash, count);

        using var scope = NewDisposeScope();
        Tensor images = (tensor(pixels, device: Compute.Device).to(ScalarType.Float32) / 127.5 - 1).view(count, 1, Size, Size);
        Tensor labels = tensor(digits, device: Compute.Device).to(ScalarType.Int64);
        return new Mnist(images.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <summary>The first <paramref name="count"/> images of one digit, (count, 1, 28, 28).</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="count">How many, at least 1.</param>
    public Tensor OfDigit(int digit, int count = 1)
    {
        if (digit is < 0 or > 9) throw new ArgumentOutOfRangeException(nameof(digit), $"digit is {digit}, expected 0 to 9.");
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"count is {count}, expected at least 1.");
        using var scope = NewDisposeScope();
        Tensor found = (Labels == digit).nonzero().flatten();
        if (count > found.shape[0])
            throw new ArgumentOutOfRangeException(nameof(count), $"count is {count}, but there are only {found.shape[0]} "
                + $"images of the digit {digit}.");
        return Images.index_select(0, found.slice(0, 0, count, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    /// <summary>
    /// The values of a gzipped idx file of unsigned bytes. Its layout, big-endian: two zero bytes · type 0x08 · number of dimensions ·
    /// one int32 a dimension · the values.
    /// </summary>
    internal static byte[] ReadIdx(string file, string sha256, params int[] shape)
    {
        if (!File.Exists(file)) throw new FileNotFoundException($"{file} is missing: {Remedy}.", file);
        byte[] content;
        try
        {
            using var unpacked = new MemoryStream();
            using (var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress)) gzip.CopyTo(unpacked);
            content = unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            throw new InvalidDataException($"{file} is not a whole gzip file: {Remedy}.");
        }

        int header = 4 + 4 * shape.Length, expected = header + shape.Aggregate(1, (product, size) => product * size);
        if (content.Length < header || content[0] != 0 || content[1] != 0 || content[2] != 8 || content[3] != shape.Length)
            throw new InvalidDataException($"{file} does not begin as an idx file of bytes in {shape.Length} dimension(s): {Remedy}.");
        int[] found = [.. Enumerable.Range(0, shape.Length)
            .Select(i => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(4 + 4 * i)))];
        if (!found.SequenceEqual(shape))
            throw new InvalidDataException($"{file} holds {string.Join("×", found)} values, expected {string.Join("×", shape)}: {Remedy}.");
        if (content.Length != expected)
            throw new InvalidDataException($"{file} unpacks to {content.Length:N0} bytes, expected {expected:N0}: {Remedy}.");
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (hash != sha256)
            throw new InvalidDataException($"{file} has the SHA-256 {hash[..12]}…, expected {sha256[..12]}…: {Remedy}.");
        return content[header..];
    }

    const string Remedy = "restore it with `git checkout -- data/mnist`";
}
