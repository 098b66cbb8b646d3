using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>
/// All parameters of a network as one vector: each parameter becomes a view of its piece, so a step of the optimiser is a handful of
/// operations on one tensor in place of a handful for each of the network's many small ones.
/// </summary>
sealed class FlatParameters : IDisposable
{
    readonly (string Name, Parameter Parameter)[] parameters;

    internal FlatParameters(nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        parameters = [.. network.named_parameters()];
        Tensors = [.. parameters.Select(p => p.Parameter)];
        Values = Flat(Tensors).DetachFromDisposeScope();
        foreach ((Tensor parameter, (_, Tensor view)) in Tensors.Zip(Pieces(Values))) parameter.set_(view);
    }

    /// <summary>The vector (P). Writing into it changes the network.</summary>
    internal Tensor Values { get; }

    /// <summary>The parameters themselves, in the order of their pieces.</summary>
    internal Tensor[] Tensors { get; }

    /// <summary>A vector made like <see cref="Values"/>, of other numbers, for example gradients.</summary>
    internal static Tensor Flat(IEnumerable<Tensor> pieces) => cat([.. pieces.Select(piece => piece.flatten())]);

    /// <summary>Each parameter's piece of a vector of this length, in the parameter's shape: views, owned by the caller.</summary>
    internal IEnumerable<(string Name, Tensor View)> Pieces(Tensor vector)
    {
        long offset = 0;
        foreach (var (name, parameter) in parameters)
        {
            long length = parameter.numel();
            yield return (name, vector.narrow(0, offset, length).view(parameter.shape));
            offset += length;
        }
    }

    public void Dispose() => Values.Dispose();
}
