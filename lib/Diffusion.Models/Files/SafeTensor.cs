using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>One line of a safetensors header: a tensor's name, type, shape and where its bytes lie.</summary>
/// <param name="Name">The tensor's name, for a network the path of the parameter.</param>
/// <param name="Type">The type the values are stored in.</param>
/// <param name="Shape">Sizes of the dimensions; none for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafeTensor(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Begin, long End)
    : StoredTensor(Name, Type, Shape)
{
    // The types of the format that libtorch has too, in the order the reference implementation writes them: widest first,
    // so that every tensor begins at a multiple of its own size.
    internal static readonly (string Code, ScalarType Type, int Size)[] Types =
    [
        ("I64", ScalarType.Int64, 8), ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("I32", ScalarType.Int32, 4),
        ("BF16", ScalarType.BFloat16, 2), ("F16", ScalarType.Float16, 2), ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1), ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];
}
