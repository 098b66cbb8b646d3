using Diffusion.Models.Files;
using Diffusion.Networks;

namespace Diffusion.Models;

/// <summary>A network as diffusers keeps it: a folder with config.json and weights.</summary>
public static class UNetFolder
{
    /// <summary>Opens a network as diffusers keeps it: a folder with config.json and diffusion_pytorch_model.safetensors, or else
    /// .bin.</summary>
    /// <remarks>Draws no random numbers. Weights in other types become float32. Dropout is off until <c>train()</c> is called.</remarks>
    /// <param name="folder">The folder, or a pipeline's, where the network lies in unet/.</param>
    /// <exception cref="FileNotFoundException">One of the two files is not there.</exception>
    /// <exception cref="InvalidDataException">
    /// An option is not supported (refused before weights are read), or the weights are damaged or another network's.
    /// </exception>
    public static UNet Load(string folder)
    {
        folder = ModelFiles.Part(folder, "unet", ModelFiles.Config);
        UNetConfig config = UNetConfigJson.Read(Path.Combine(folder, ModelFiles.Config));
        string file = Path.Combine(folder, ModelFiles.Weights), torchFile = Path.Combine(folder, ModelFiles.TorchWeights);
        return Weights.Filled(() => new UNet(config), !File.Exists(file) && File.Exists(torchFile) ? torchFile : file);
    }

    /// <summary>Writes the network so that <see cref="Load"/> and Python's diffusers open it. Each file is there whole or not at
    /// all.</summary>
    /// <param name="network">The network.</param>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="halfPrecision">Whether to round the parameters to float16: half the size.</param>
    public static void Save(this UNet network, string folder, bool halfPrecision = false)
    {
        Directory.CreateDirectory(folder);
        network.Config.Write(Path.Combine(folder, ModelFiles.Config));
        Weights.Save(network, Path.Combine(folder, ModelFiles.Weights), halfPrecision);
    }
}
