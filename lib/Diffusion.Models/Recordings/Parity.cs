using Diffusion.Models.Files;
using static TorchSharp.torch;

namespace Diffusion.Models.Recordings;

/// <summary>Compares what is computed here with what Hugging Face diffusers recorded in a folder, whichever of the three kinds it
/// is.</summary>
public static class Parity
{
    /// <summary>Runs the comparison that fits the folder: a recorded walk, a set of schedulers, or a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The worst case, its difference and its tolerance.</returns>
    /// <exception cref="IOException">A folder or file is not there or damaged; one sentence.</exception>
    /// <exception cref="InvalidDataException">The folder is of none of the three kinds, or holds something that does not fit.</exception>
    /// <exception cref="NotSupportedException">An option is not supported; the message names it.</exception>
    public static ParityResult Check(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder {folder}.");
        if (File.Exists(Path.Combine(folder, TrajectoryParity.WalkFile))) return TrajectoryParity.Check(folder);
        if (SchedulerParity.Fits(folder)) return SchedulerParity.Check(folder);
        folder = ModelFiles.Part(folder, "unet", ModelParity.IoFile);
        if (File.Exists(Path.Combine(folder, ModelParity.IoFile))) return ModelParity.Check(folder);
        throw new InvalidDataException($"{folder} holds neither a recorded walk ({TrajectoryParity.WalkFile}) nor schedulers (ddpm/, "
            + $"ddim/) nor a model with its outputs ({ModelParity.IoFile}).");
    }

    /// <summary>A comparison without TF32: on an NVIDIA GPU convolutions otherwise round their factors to ten bits.</summary>
    internal static T InFullFloat32<T>(Func<T> compare)
    {
        bool mayRound = backends.cudnn.allow_tf32;
        backends.cudnn.allow_tf32 = false;
        try { return compare(); }
        finally { backends.cudnn.allow_tf32 = mayRound; }
    }
}
