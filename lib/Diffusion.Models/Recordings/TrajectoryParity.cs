using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Sampling;
using static TorchSharp.torch;

namespace Diffusion.Models.Recordings;

/// <summary>
/// Compares a whole walk of the sampler with one that diffusers recorded: every step from its recorded beginning, and the end of a walk
/// that runs free from the recorded noise.
/// </summary>
/// <remarks>
/// The free walk asks a network when there is one that gave the recorded answers: a model in the folder itself or in a folder beside it.
/// Else it takes the recorded answers, which leaves the sampler alone responsible.
/// </remarks>
public static class TrajectoryParity
{
    /// <summary>The largest absolute difference allowed of one step from its recorded beginning.</summary>
    public const double StepTolerance = 1e-5;

    /// <summary>The largest allowed at the end of a free walk: every step amplifies the rounding of those before.</summary>
    public const double FinalTolerance = 3e-3;

    /// <summary>The file that holds the recorded walk.</summary>
    public const string WalkFile = "trajectory.safetensors";

    /// <summary>Runs the walk of a folder.</summary>
    /// <returns>The difference that is largest in proportion to its own tolerance.</returns>
    public static ParityResult Check(string folder) => Parity.InFullFloat32(() => Compare(folder));

    static ParityResult Compare(string folder)
    {
        using var scope = NewDisposeScope();
        SchedulerConfig config = SchedulerConfig.Load(folder);
        using var recorded = SafeTensors.Open(Path.Combine(folder, WalkFile));
        var walk = new RecordedWalk(recorded, config, "noise_init");

        var steps = new WorstDifference();
        walk.Compare("trajectory", steps);
        ParityResult step = steps.Result("trajectory", StepTolerance);

        var end = new WorstDifference();
        end.Add("final", walk.Read("final"), RunFree(folder, walk));
        ParityResult final = end.Result("trajectory", FinalTolerance);
        return step.MaxAbsDifference / StepTolerance > final.MaxAbsDifference / FinalTolerance ? step : final;
    }

    static Tensor RunFree(string folder, RecordedWalk walk)
    {
        using UNet? network = FindNetwork(folder, walk);
        int i = 0;
        Func<Tensor, Tensor, Tensor> predict = network is null
            ? (_, _) => walk.Read($"model_output.{i++}")
            : network.Predict;
        using var inference = no_grad();
        Tensor? x = null;
        foreach (ReverseStep step in walk.Sampler.Walk(predict, walk.Start, k => walk.Noise(k) ?? zeros_like(walk.Start))) x =
            step.X.clone();
        return x!;
    }

    static UNet? FindNetwork(string folder, RecordedWalk walk)
    {
        string? parent = Path.GetDirectoryName(Path.GetFullPath(folder));
        IEnumerable<string> beside = parent is null ? [] : Directory.GetDirectories(parent).Order(StringComparer.Ordinal);
        return beside.Prepend(folder).Where(candidate => File.Exists(Path.Combine(candidate, ModelFiles.Config)))
            .Select(candidate => Answering(candidate, walk)).FirstOrDefault(network => network is not null);
    }

    static UNet? Answering(string folder, RecordedWalk walk)
    {
        using var scope = NewDisposeScope();
        try
        {
            UNet network = UNetFolder.Load(folder);
            using var inference = no_grad();
            Tensor answer = network.Predict(walk.Start, walk.Sampler.Steps[0].T), wanted = walk.Read("model_output.0");
            if (answer.shape.SequenceEqual(wanted.shape) && (answer - wanted).abs().max().item<float>() < ModelParity.Tolerance)
                return network;
            network.Dispose();
        }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or ArgumentException)
        {
            // Another model's folder, of another kind or size: not the one that was asked.
        }
        return null;
    }
}
