using System.IO.Compression;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests.Files;

/// <summary>An archive as torch.save lays it out.</summary>
static class TorchZip
{
    internal static void Write(string path, PickleWriter pickle, params Tensor[] storages)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add("data.pkl", pickle.ToArray());
        Add("byteorder", "little"u8.ToArray());
        foreach (var (i, storage) in storages.Index()) Add($"data/{i}", storage.bytes.ToArray());

        void Add(string name, byte[] bytes)
        {
            using Stream entry = archive.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
            entry.Write(bytes);
        }
    }
}
