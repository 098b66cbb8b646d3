using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>A file of tensors by name, open for reading.</summary>
interface IWeightsFile : IDisposable
{
    /// <summary>The file's path, as it was opened.</summary>
    string Path { get; }

    /// <summary>What the file holds, each name once.</summary>
    IEnumerable<StoredTensor> Stored { get; }

    /// <summary>Writes one tensor's values into another's memory.</summary>
    /// <param name="name">A name that is stored.</param>
    /// <param name="target">A tensor of the same shape, of any type, on any device.</param>
    void CopyTo(string name, Tensor target);
}
