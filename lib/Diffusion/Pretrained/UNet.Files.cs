namespace Diffusion;

public sealed partial class UNet
{
    /// <summary>The file of a model folder that says what the network is.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>The file of a model folder that holds its parameters.</summary>
    public const string WeightsFile = "diffusion_pytorch_model.safetensors";

    /// <summary>Opens a network as diffusers keeps it: a folder with config.json and diffusion_pytorch_model.safetensors.</summary>
    /// <remarks>Draws no random numbers. Weights in float16 or bfloat16 become float32.</remarks>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">One of the two files is not there.</exception>
    /// <exception cref="InvalidDataException">
    /// An option is not supported (refused before weights are read), or the weights are damaged or another network's.
    /// </exception>
    public static UNet Load(string folder)
    {
        UNetConfig config = UNetConfig.Read(Path.Combine(folder, ConfigFile));
        using var weights = SafeTensors.Open(Path.Combine(folder, WeightsFile));
        UNet network = Parameters.LeftBlank(() => new UNet(config));
        try
        {
            Weights.Fill(network, weights);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
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
