using Diffusion.Devices;
using Diffusion.Models.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Course.Datasets;

/// <summary>Images to learn from: MNIST, or a file of one's own.</summary>
public static class ImageData
{
    /// <summary>Reads <c>mnist</c>, or a .safetensors with a tensor <c>images</c> (N, C, H, W) in [−1, 1] and, where there are classes,
    /// <c>labels</c> (N).</summary>
    /// <param name="name">mnist, or the file.</param>
    /// <returns>float32 (N, C, H, W) and int64 (N) on <see cref="Compute.Device"/>, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is neither.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, has no such tensor, or its images are not in [−1, 1].</exception>
    public static (Tensor Images, Tensor? Labels) Load(string name)
    {
        if (name == "mnist" && Mnist.Load() is var mnist) return (mnist.Images, mnist.Labels);
        if (!name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"--dataset {name} is not known: expected mnist, or a .safetensors with a "
                + "tensor images (N, C, H, W).");
        using var file = SafeTensors.Open(name);
        if (!file.Tensors.TryGetValue("images", out SafeTensor? stored) || stored.Shape.Count != 4 || stored.Shape.Any(size => size < 1))
            throw new InvalidDataException($"{name} {(stored is null ? "has no tensor images" : $"has {stored}")}: expected a tensor "
                + "images of shape (N, C, H, W).");
        using Tensor read = file.Read("images");
        Tensor images = read.to(ScalarType.Float32).to(Compute.Device);
        double low = images.min().ToDouble(), high = images.max().ToDouble();
        return low >= -1 && high <= 1 ? (images, file.Tensors.ContainsKey("labels") ? file.Read("labels").to(Compute.Device) : null)
            : throw new InvalidDataException($"{name}: images reaches from {low:G3} to {high:G3}, expected −1 to 1: scale it, for "
                + "example x/127.5 − 1 of bytes.");
    }
}
