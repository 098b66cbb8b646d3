namespace Diffusion;

public sealed partial class UNet
{
    /// <summary>The file of a model folder that says what the network is.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>The file of a model folder that holds its parameters.</summary>
    public const string WeightsFile = "diffusion_pytorch_model.safetensors";

    /// <summary>The same as PyTorch saves it, which older folders hold instead.</summary>
    public const string TorchWeightsFile = "diffusion_pytorch_model.bin";

    /// <summary>Opens a network as diffusers keeps it: a folder with config.json and diffusion_pytorch_model.safetensors, or else .bin.</summary>
    /// <remarks>Draws no random numbers. Weights in other types become float32. Dropout is off until <c>train()</c> is called.</remarks>
    /// <param name="folder">The folder, or a pipeline's, where the network lies in unet/.</param>
    /// <exception cref="FileNotFoundException">One of the two files is not there.</exception>
    /// <exception cref="InvalidDataException">
    /// An option is not supported (refused before weights are read), or the weights are damaged or another network's.
    /// </exception>
    public static UNet Load(string folder)
    {
        folder = PretrainedModel.Part(folder, "unet", ConfigFile);
        UNetConfig config = UNetConfig.Read(Path.Combine(folder, ConfigFile));
        string file = Path.Combine(folder, WeightsFile), torchFile = Path.Combine(folder, TorchWeightsFile);
        using IWeightsFile weights = Weights.Open(!File.Exists(file) && File.Exists(torchFile) ? torchFile : file);
        return Weights.Filled(() => new UNet(config), weights);
    }

    /// <summary>Writes the network so that <see cref="Load"/> and Python's diffusers open it. Each file is there whole or not at all.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="halfPrecision">Whether to round the parameters to float16: half the size.</param>
    public void Save(string folder, bool halfPrecision = false)
    {
        Directory.CreateDirectory(folder);
        Config.Write(Path.Combine(folder, ConfigFile));
        Weights.Save(this, Path.Combine(folder, WeightsFile), halfPrecision);
    }
}
