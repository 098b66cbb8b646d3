using Diffusion.Devices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>A table of vectors, one for each class, all of them learned. Initialised as PyTorch does: standard normal.</summary>
public sealed class EmbeddingLayer : nn.Module<Tensor, Tensor>
{
    readonly Parameter weight; // (classes, length)

    /// <summary>Builds the table in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="classes">Rows, at least 1.</param>
    /// <param name="length">Length of a vector, at least 1.</param>
    public EmbeddingLayer(long classes, long length) : base(nameof(EmbeddingLayer))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        weight = Initialization.Normal(classes, length);
        RegisterComponents();
    }

    /// <summary>int64 (B), each from 0 to classes − 1 → (B, length).</summary>
    public override Tensor forward(Tensor labels) => weight.index_select(0, labels);
}
