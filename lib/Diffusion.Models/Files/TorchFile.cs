using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>
/// A file that Python's <c>torch.save</c> wrote of a network's parameters, opened for reading. It is a zip archive: data.pkl says which
/// tensors there are, data/0, data/1, … hold their bytes. Nothing is unpacked to disk and nothing in it can run: see <see
/// cref="TensorPickle"/>.
/// </summary>
sealed class TorchFile : IWeightsFile
{
    const long LongestPickle = 1 << 26;     // a hundred bytes a tensor are usual

    readonly ZipArchive archive;
    readonly Dictionary<string, ZipArchiveEntry> entries;
    readonly Dictionary<string, TorchTensor> tensors;
    readonly string root;
    (string Key, Tensor Values)? shared;    // the storage of several tensors that was read last

    TorchFile(string path, ZipArchive archive, long fileLength)
    {
        (Path, this.archive) = (path, archive);
        entries = [];
        foreach (ZipArchiveEntry entry in archive.Entries)
            if (!entries.TryAdd(entry.FullName, entry))
                throw new InvalidDataException($"the archive holds '{Shown(entry.FullName)}' twice");

        string[] pickles =
            [.. entries.Keys.Where(name => name == "data.pkl" || (name.EndsWith("/data.pkl") && name.Count(c => c == '/') == 1))];
        if (pickles.Length != 1)
            throw new InvalidDataException($"the archive has {pickles.Length} entries data.pkl, expected one, as torch.save writes");
        root = pickles[0][..^"data.pkl".Length];
        foreach (ZipArchiveEntry entry in entries.Values)
            if (entry.IsEncrypted || entry.CompressedLength != entry.Length || entry.Length > fileLength)
                throw new InvalidDataException($"the archive's entry '{Shown(entry.FullName)}' is compressed or encrypted, "
                    + "expected it stored as it is, as torch.save writes");

        if (entries.TryGetValue(root + "byteorder", out ZipArchiveEntry? order) && Text(order) is var said && said != "little")
            throw new InvalidDataException($"its byteorder is '{said}', expected little: save it again on a usual machine");
        tensors = [];
        foreach (TorchTensor tensor in TensorPickle.Read(Bytes(entries[pickles[0]], LongestPickle)))
        {
            RequireWithin(tensor);
            tensors.Add(tensor.Name, tensor);
        }
    }

    public string Path { get; }

    public IEnumerable<StoredTensor> Stored => tensors.Values;

    /// <summary>Opens a file and checks that every tensor lies within its storage; values are not read yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or holds anything but tensors; one sentence.</exception>
    internal static TorchFile Open(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        ZipArchive? archive = null;
        try
        {
            Span<byte> start = stackalloc byte[4];
            if (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4 || !start.SequenceEqual("PK\x3\x4"u8))
                throw new InvalidDataException(FileKind.Said(path) ?? "this is no zip archive, "
                    + "expected a file of torch.save from PyTorch 1.6 or later: save it again there, or take safetensors");
            archive = new ZipArchive(stream, ZipArchiveMode.Read);
            return new TorchFile(path, archive, stream.Length);
        }
        catch (Exception error)
        {
            archive?.Dispose();
            stream.Dispose();
            if (error is InvalidDataException or EndOfStreamException or OverflowException or ArgumentException or NotSupportedException)
                throw new InvalidDataException($"{path}: {error.Message.TrimEnd('.')}.", error);
            throw;
        }
    }

    public void CopyTo(string name, Tensor target)
    {
        TorchTensor stored = tensors[name];
        using var noGraph = no_grad();
        if (stored.IsWholeStorage && target.device.type == DeviceType.CPU && target.dtype == stored.Type && target.is_contiguous())
        {
            Fill(stored, target);
            return;
        }
        using Tensor values = Storage(stored).as_strided([.. stored.Shape], [.. stored.Strides], stored.Offset);
        target.copy_(values);
    }

    Tensor Storage(TorchTensor stored)
    {
        if (shared?.Key == stored.Storage && shared.Value.Values.dtype == stored.Type) return shared.Value.Values;
        shared?.Values.Dispose();
        Tensor values = empty([stored.StorageLength], dtype: stored.Type, device: CPU).DetachFromDisposeScope();
        shared = (stored.Storage, values);
        Fill(stored, values);
        return values;
    }

    void Fill(TorchTensor stored, Tensor target)
    {
        if (target.numel() == 0) return;
        using Stream bytes = entries[EntryOf(stored)].Open();
        try { bytes.ReadExactly(target.bytes); }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException($"{Path}: tensor '{stored.Name}' is cut off: copy the file again.", error);
        }
    }

    void RequireWithin(TorchTensor tensor)
    {
        if (!entries.TryGetValue(EntryOf(tensor), out ZipArchiveEntry? entry))
            throw new InvalidDataException($"tensor '{Shown(tensor.Name)}' lies in '{Shown(EntryOf(tensor))}', which "
                + "the archive does not have");
        int size = SafeTensor.Types.First(known => known.Type == tensor.Type).Size;
        if (entry.Length != (Int128)tensor.StorageLength * size || entry.Length > int.MaxValue)
            throw new InvalidDataException($"tensor '{Shown(tensor.Name)}' has a storage of {entry.Length} bytes, "
                + $"expected {tensor.StorageLength} values of {size}, 2 GB at most");
        if (tensor.Shape.Any(length => length == 0)) return;
        Int128 last = tensor.Offset;
        foreach (var (length, stride) in tensor.Shape.Zip(tensor.Strides).Append((1, 0)))
        {
            if (last >= tensor.StorageLength)       // looked at before each product below 2¹²⁶ comes on top, so that no sum can overflow
                throw new InvalidDataException($"tensor '{Shown(tensor.Name)}' reaches to value {last} of its storage, which "
                    + $"has {tensor.StorageLength}");
            last += (Int128)(length - 1) * stride;
        }
    }

    string EntryOf(TorchTensor tensor) => $"{root}data/{tensor.Storage}";

    static byte[] Bytes(ZipArchiveEntry entry, long most)
    {
        if (entry.Length > most)
            throw new InvalidDataException($"the archive's entry '{Shown(entry.FullName)}' has {entry.Length} bytes, "
                + $"expected {most} at most");
        var bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    static string Text(ZipArchiveEntry entry) => System.Text.Encoding.ASCII.GetString(Bytes(entry, 64)).Trim();

    internal static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";

    public void Dispose()
    {
        shared?.Values.Dispose();
        archive.Dispose();
    }
}
