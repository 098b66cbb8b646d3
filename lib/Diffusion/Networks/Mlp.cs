using Diffusion.Devices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>The smallest network that does the job: for points in the plane, a few fully connected layers that are told the time.</summary>
public sealed class Mlp : Denoiser
{
    const long SinusoidLength = 64;

    readonly int width;
    readonly LinearLayer input;
    readonly Timesteps time_proj = new(SinusoidLength);
    readonly TimestepEmbedding time_embedding;
    readonly ModuleList<LinearLayer> hidden;
    readonly LinearLayer output;

    /// <summary>Builds the network with random parameters in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="dimensions">Coordinates D of a point.</param>
    /// <param name="width">Length of the hidden vectors.</param>
    /// <param name="layers">Number of hidden layers; each learns a correction to what comes in.</param>
    public Mlp(int dimensions = 2, int width = 128, int layers = 3) : base(nameof(Mlp))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        (Dimensions, this.width) = (dimensions, width);
        input = new LinearLayer(dimensions, width);
        time_embedding = new TimestepEmbedding(SinusoidLength, width);
        hidden = [.. Enumerable.Range(0, layers).Select(_ => new LinearLayer(width, width))];
        output = new LinearLayer(width, dimensions);
        RegisterComponents();
    }

    /// <summary>Coordinates of a point.</summary>
    public int Dimensions { get; }

    /// <inheritdoc/>
    protected override Denoiser Alike() => new Mlp(Dimensions, width, hidden.Count);

    /// <summary>ε_θ by the count from 0. In the workbook call <see cref="Denoiser.Predict(Tensor, Tensor)"/> instead.</summary>
    /// <param name="x">x_t (B, D).</param>
    /// <param name="t">From 0: (B), or one for the whole batch.</param>
    /// <returns>The predicted noise (B, D), owned by the caller.</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public override Tensor forward(Tensor x, Tensor t)
    {
        if (x.dim() != 2 || x.shape[1] != Dimensions)
            throw new ArgumentException($"x has shape {TensorShape.Format(x.shape)}, expected (B, {Dimensions}).", nameof(x));
        if (t.numel() != 1 && t.numel() != x.shape[0])
            throw new ArgumentException($"t has {t.numel()} entries, expected one for each of the "
                + $"{x.shape[0]} points or one for all.", nameof(t));

        using var scope = NewDisposeScope();
        Tensor time = time_embedding.call(time_proj.call(t.to(x.device).flatten().expand(x.shape[0])).to(x.dtype)); // (B, width)
        Tensor h = input.call(x) + time;
        foreach (LinearLayer layer in hidden) h = h + layer.call(h.silu());
        return output.call(h.silu()).MoveToOuterDisposeScope();                     // (B, D)
    }
}
