using Diffusion.Parameterizations;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>
/// What a training is to be. Null where nothing is said: then the checkpoint in the folder decides, or the model to start from, or a
/// default.
/// </summary>
public sealed record TrainingRequest
{
    /// <summary>The model's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Reads the images, float32 (N, C, H, W) in [−1, 1], and the class of each, int64 (N), where they have one.</summary>
    public required Func<(Tensor Images, Tensor? Labels)> Data { get; init; }

    /// <summary>What the data are called, in sentences.</summary>
    public required string DataName { get; init; }

    /// <summary>A config.json of the network.</summary>
    public string? Config { get; init; }

    /// <summary>The folder of a model to begin from, in place of random weights.</summary>
    public string? Start { get; init; }

    /// <summary>The folder of a model that has learned less: what is learned is what <see cref="Start"/> says, guided away from this
    /// one.</summary>
    public string? AwayFrom { get; init; }

    /// <summary>How far away, from 1, which is not at all; 2 unless said.</summary>
    public double? Guidance { get; init; }

    /// <summary>Whether the network is told each image's class, one label in ten dropped.</summary>
    public bool Classes { get; init; }

    /// <summary>What the network learns to say; ε unless said.</summary>
    public Parameterization? Parameterization { get; init; }

    /// <summary>How many images to learn from, each counted every time it is seen; 400,000 unless said.</summary>
    public long? Images { get; init; }

    /// <summary>How long to train instead: the first steps are timed, and as many are done as will fit.</summary>
    public double? Minutes { get; init; }

    /// <summary>Images a step.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The largest learning rate of AdamW.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Decides everything else; 0 unless said.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether to go on from the checkpoint in the folder, where there is one.</summary>
    public bool Resume { get; init; }
}
