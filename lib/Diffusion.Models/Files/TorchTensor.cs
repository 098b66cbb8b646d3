using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>A tensor in a file that PyTorch wrote: a view of a storage, which other tensors may share.</summary>
/// <param name="Name">The tensor's name, for a network the path of the parameter.</param>
/// <param name="Type">The type the values are stored in.</param>
/// <param name="Shape">Sizes of the dimensions; none for a scalar.</param>
/// <param name="Storage">The storage's key: its bytes are the archive's entry data/KEY.</param>
/// <param name="StorageLength">Values in the whole storage.</param>
/// <param name="Offset">Its first value in the storage.</param>
/// <param name="Strides">Values from one to the next, for each dimension.</param>
sealed record TorchTensor(string Name, ScalarType Type, IReadOnlyList<long> Shape, string Storage, long StorageLength, long Offset,
    IReadOnlyList<long> Strides)
    : StoredTensor(Name, Type, Shape)
{
    /// <summary>Whether it is the whole storage in order, as nearly every weight is.</summary>
    internal bool IsWholeStorage
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Count - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }
            return Offset == 0 && expected == StorageLength;
        }
    }
}
