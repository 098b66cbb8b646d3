using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>The pieces that a U-Net is made of.</summary>
public static class UNetParts
{
    /// <summary>The pieces of the network in the order in which they work, with their shapes: found by sending one image through and
    /// listening.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">The image's size; <see cref="UNetConfig.SampleSize"/> where it is left out.</param>
    /// <returns>Convolutions at both ends, residual blocks, attention, changes of size, the time's two layers; together they hold every
    /// parameter.</returns>
    /// <exception cref="ArgumentException">The size does not fit the network, or there is none.</exception>
    public static IReadOnlyList<NetworkPart> Parts(this UNet network, ImageSize? size = null)
    {
        UNetConfig config = network.Config;
        ImageSize image = size ?? config.SampleSize
            ?? throw new ArgumentException("The network's config has no sample_size, expected the size of an image to "
                + "send through: give one.", nameof(size));
        var pieces = network.named_modules().Where(m => IsPiece(m.name, m.module)).ToDictionary(m => m.name, m => m.module);

        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var outputs = ModuleOutputs.Record(network, pieces.Keys, nameof(UNet));
        network.Probe(zeros([1, config.InChannels, image.Height, image.Width], network.parameters().First().dtype, Compute.Device));
        return [.. outputs.Order.Select(path => new NetworkPart(path, pieces[path].GetType().Name,
            pieces[path].parameters().Sum(parameter => parameter.numel()), [.. outputs[path].shape.Skip(1)]))];
    }

    /// <summary>Sends one image through at the first time, told the first class where the network knows classes: for whoever listens to
    /// its pieces.</summary>
    /// <param name="network">The network.</param>
    /// <param name="x">The image (1, C, H, W).</param>
    public static void Probe(this UNet network, Tensor x)
    {
        UNetConfig config = network.Config;
        Tensor t = zeros([1], device: Compute.Device);
        if (config.ClassEmbedType == UNetConfig.IdentityClasses)
            network.Conditioned(x, t, zeros([1, config.TimeChannels], device: Compute.Device));
        else if (config.ClassEmbedType is not null || config.NumClassEmbeds is not null)
            network.Conditioned(x, t, zeros([1], ScalarType.Int64, Compute.Device));
        else network.call(x, t);
    }

    static bool IsPiece(string path, nn.Module module) =>
        module is ResnetBlock2D or Attention or Downsample2D or Upsample2D or TimestepEmbedding or EmbeddingLayer
        || path is "conv_in" or "conv_norm_out" or "conv_out";
}
