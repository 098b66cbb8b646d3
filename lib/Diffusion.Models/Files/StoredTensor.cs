using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>A tensor that lies in a file.</summary>
/// <param name="Name">Its name, for a network the path of the parameter.</param>
/// <param name="Type">The type the values are stored in.</param>
/// <param name="Shape">Sizes of the dimensions; none for a scalar.</param>
public abstract record StoredTensor(string Name, ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Name, type and shape: <c>conv_in.weight: Float32 (16, 3, 3, 3)</c>.</summary>
    public sealed override string ToString() => $"{Name}: {Type} {TensorShape.Format(Shape)}";
}
