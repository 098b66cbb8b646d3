using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Diffusion.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>
/// A safetensors file opened for reading: the weights' format of Hugging Face, in which nothing can run. The data are mapped into memory,
/// so opening costs the header alone and a tensor is copied once, from the page cache to where it shall live.
/// </summary>
/// <remarks>
/// <code>
/// ┌────────────┬───────────────────────────────────────────┬──────────────────────────┐
/// │ N, 8 bytes │ N bytes of JSON, padded with spaces:      │ the tensors' bytes, one  │
/// │ little end │ {"name":{"dtype":"F32","shape":[16,3],    │ after the other, without │
/// │ first      │  "data_offsets":[0,192]}, …}              │ gap or overlap           │
/// └────────────┴───────────────────────────────────────────┴──────────────────────────┘
/// </code>
/// </remarks>
public sealed partial class SafeTensors : IWeightsFile
{
    const int MaxHeaderLength = 100_000_000;    // the reference implementation's own limit

    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly long dataStart;
    readonly Dictionary<string, SafeTensor> tensors;

    SafeTensors(string path, MemoryMappedFile file, long dataStart, IReadOnlyList<SafeTensor> tensors, Dictionary<string, string> metadata)
    {
        (Path, this.file, this.dataStart, Metadata) = (path, file, dataStart, metadata);
        this.tensors = tensors.ToDictionary(tensor => tensor.Name);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <summary>The file's path, as it was opened.</summary>
    public string Path { get; }

    /// <summary>What the file holds, by name, in the order of the bytes.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Tensors => tensors;

    IEnumerable<StoredTensor> IWeightsFile.Stored => tensors.Values;

    /// <summary>The file's notes on itself; weights for PyTorch say <c>format</c> = <c>pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its whole header: lengths, types, shapes, and that the tensors tile the data exactly.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The header is damaged or does not fit the file; the message names file and
    /// tensor.</exception>
    public static SafeTensors Open(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            Span<byte> length = stackalloc byte[8];
            if (stream.Length < 8) throw new InvalidDataException($"the file has {stream.Length} bytes, too few to be a safetensors file");
            stream.ReadExactly(length);
            ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
            if (headerLength > MaxHeaderLength || (long)headerLength > stream.Length - 8)
                throw new InvalidDataException($"the header claims {headerLength} bytes, but it can have "
                    + $"{Math.Min(stream.Length - 8, MaxHeaderLength)} at most: this is no safetensors file, or it was cut off");

            var json = new byte[headerLength];
            stream.ReadExactly(json);
            long dataStart = stream.Position;
            var (tensors, metadata) = SafeTensorsHeader.Parse(json, stream.Length - dataStart);
            var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read,
                HandleInheritability.None, leaveOpen: false);
            return new SafeTensors(path, file, dataStart, tensors, metadata);
        }
        catch (Exception error)
        {
            stream.Dispose();
            if (error is InvalidDataException) throw new InvalidDataException($"{path}: {FileKind.Said(path) ?? error.Message}.", error);
            throw;
        }
    }

    /// <summary>A copy of one tensor in the type it is stored in, on the CPU, owned by the caller.</summary>
    /// <param name="name">A name in <see cref="Tensors"/>.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public Tensor Read(string name)
    {
        SafeTensor stored = Find(name);
        Tensor tensor = empty([.. stored.Shape], dtype: stored.Type, device: CPU);
        CopyBytes(stored, tensor);
        return tensor;
    }

    /// <summary>Writes one tensor's values into another's memory: no second copy where type and device agree, else converted.</summary>
    /// <param name="name">A name in <see cref="Tensors"/>.</param>
    /// <param name="target">A tensor of the same shape, of any type, on any device.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyTo(string name, Tensor target)
    {
        SafeTensor stored = Find(name);
        if (!target.shape.SequenceEqual(stored.Shape))
            throw new ArgumentException(
                $"{Path}: tensor '{name}' has shape {TensorShape.Format(stored.Shape)}, the target "
                    + $"{TensorShape.Format(target.shape)}.", nameof(target));
        if (target.device.type == DeviceType.CPU && target.dtype == stored.Type && target.is_contiguous())
        {
            CopyBytes(stored, target);
            return;
        }
        using var noGraph = no_grad();
        using Tensor copy = Read(name);
        target.copy_(copy);
    }

    SafeTensor Find(string name) => tensors.TryGetValue(name, out SafeTensor? stored) ? stored
        : throw new KeyNotFoundException($"{Path} has no tensor '{name}'.");

    unsafe void CopyBytes(SafeTensor stored, Tensor target)
    {
        if (stored.End - stored.Begin > int.MaxValue)
            throw new InvalidDataException(
                $"{Path}: tensor '{stored.Name}' has {stored.End - stored.Begin:N0} bytes, more than the 2 GB that are read at once.");
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            start += view.PointerOffset + dataStart + stored.Begin;
            new ReadOnlySpan<byte>(start, (int)(stored.End - stored.Begin)).CopyTo(target.bytes);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
