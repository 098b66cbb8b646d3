using static TorchSharp.torch;

namespace Diffusion;

public sealed partial class UNet
{
    /// <summary>The pieces of the network in the order in which they work, with their shapes: found by sending one image through and listening.</summary>
    /// <param name="size">The image's size; <see cref="UNetConfig.SampleSize"/> where it is left out.</param>
    /// <returns>Convolutions at both ends, residual blocks, attention, changes of size, the time's two layers; together they hold every parameter.</returns>
    /// <exception cref="ArgumentException">The size does not fit the network, or there is none.</exception>
    public IReadOnlyList<NetworkPart> Parts(ImageSize? size = null)
    {
        ImageSize image = size ?? Config.SampleSize
            ?? throw new ArgumentException("The network's config has no sample_size, expected the size of an image to send through: give one.", nameof(size));
        Dictionary<string, nn.Module> pieces = named_modules().Where(m => IsPiece(m.name, m.module)).ToDictionary(m => m.name, m => m.module);

        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var outputs = ModuleOutputs.Record(this, pieces.Keys, nameof(UNet));
        Tensor? labels = class_embedding is null ? null
            : Config.ClassEmbedType == UNetConfig.IdentityClasses ? zeros([1, Config.TimeChannels], device: Compute.Device)
            : zeros([1], ScalarType.Int64, Compute.Device);
        Tensor x = zeros([1, Config.InChannels, image.Height, image.Width], dtype: conv_in.Type, device: Compute.Device);
        Forward(x, zeros([1], device: Compute.Device), labels);
        return [.. outputs.Order.Select(path => new NetworkPart(path, pieces[path].GetType().Name,
            pieces[path].parameters().Sum(parameter => parameter.numel()), [.. outputs[path].shape.Skip(1)]))];
    }

    static bool IsPiece(string path, nn.Module module) =>
        module is ResnetBlock2D or Attention or Downsample2D or Upsample2D or TimestepEmbedding or Embedding
        || path is nameof(conv_in) or nameof(conv_norm_out) or nameof(conv_out);
}
