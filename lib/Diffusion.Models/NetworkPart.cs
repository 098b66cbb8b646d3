namespace Diffusion.Models;

/// <summary>One piece of a network, as an image meets it on its way through.</summary>
/// <param name="Name">Its path, as in the file of weights: <c>down_blocks.0.resnets.0</c>.</param>
/// <param name="Kind">What it is: the name of its class.</param>
/// <param name="Parameters">How many numbers it learns.</param>
/// <param name="Output">The shape of what it gives for one image, without the batch: (C, H, W), or (C) for the time.</param>
public sealed record NetworkPart(string Name, string Kind, long Parameters, IReadOnlyList<long> Output)
{
    /// <summary>Height times width of what it gives; 1 for the time.</summary>
    public long Pixels => Output.Skip(1).Aggregate(1L, (product, size) => product * size);

    /// <summary>As text: name, kind, shape and parameters.</summary>
    public override string ToString() => $"{Name,-28} {Kind,-18} {string.Join("×", Output),-12} {Parameters,9:N0}";
}
