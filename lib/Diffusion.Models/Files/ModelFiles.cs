namespace Diffusion.Models.Files;

/// <summary>The files of a model folder, as diffusers names them.</summary>
public static class ModelFiles
{
    /// <summary>Says what the network is.</summary>
    public const string Config = "config.json";

    /// <summary>Holds the network's parameters.</summary>
    public const string Weights = "diffusion_pytorch_model.safetensors";

    /// <summary>The same as PyTorch saves it, which older folders hold instead.</summary>
    public const string TorchWeights = "diffusion_pytorch_model.bin";

    /// <summary>Says which schedule the network was trained with and how to sample.</summary>
    public const string Scheduler = "scheduler_config.json";

    /// <summary>Says that a folder is a pipeline, whose network lies in unet/ and whose scheduler in scheduler/.</summary>
    public const string Pipeline = "model_index.json";

    /// <summary>The version of diffusers whose format is written and whose defaults absent keys take.</summary>
    internal const string DiffusersVersion = "0.40.0";

    /// <summary>Where a file of a model lies: in a pipeline's subfolder, whatever else lies above it, or in the folder itself.</summary>
    internal static string Part(string folder, string name, string file)
    {
        string part = Path.Combine(folder, name);
        bool isPipeline = File.Exists(Path.Combine(folder, Pipeline)), isBare = File.Exists(Path.Combine(folder, file))
            && (name != "unet" || File.Exists(Path.Combine(folder, Weights)) || File.Exists(Path.Combine(folder, TorchWeights)));
        return File.Exists(Path.Combine(part, file)) && (isPipeline || !isBare) ? part : folder;
    }
}
