using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Schedules;
using Diffusion.Training;
using Shared;

namespace Diffusion.Models;

/// <summary>
/// A folder in which a model is trained. While it is: the averaged weights so far, as diffusers keeps a model, the loss curve, and beside
/// them a checkpoint. When it is done: the model and the curve.
/// </summary>
public static class TrainingFolder
{
    /// <summary>The file of a training that is not finished.</summary>
    public const string CheckpointFile = "checkpoint.safetensors";

    /// <summary>The file of the loss curve: a line <c>step,loss</c> for each point, the mean loss since the line before.</summary>
    public const string CurveFile = "training.csv";

    const int ShareOfTime = 20;     // saving takes one part in twenty of the time at most
    static readonly TimeSpan leastPause = TimeSpan.FromSeconds(1);

    /// <summary>Where the checkpoint of a folder lies.</summary>
    public static string CheckpointOf(string folder) => Path.Combine(folder, CheckpointFile);

    /// <summary>Writes the weights and the loss curve as they stand and the checkpoint to go on from; after the last step no checkpoint.
    /// What does not change is written once.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="trainer">A training of a U-Net.</param>
    public static void Save(string folder, Trainer trainer)
    {
        Directory.CreateDirectory(folder);
        // In this order a folder with a model and without a checkpoint is one that is finished, whenever the process is killed.
        if (trainer.StepsDone < trainer.Options.Steps) trainer.Save(CheckpointOf(folder));
        if (new[] { ModelFiles.Pipeline, ModelFiles.Config, ModelFiles.Scheduler }.All(file => File.Exists(Path.Combine(folder, file))))
            Weights.Save(trainer.Average, Path.Combine(folder, ModelFiles.Weights), halfPrecision: true);
        else SaveModel(folder, (UNet)trainer.Average, trainer.Schedule, trainer.Options.Parameterization);
        SaveCurve(folder, trainer.Losses);
        if (trainer.StepsDone == trainer.Options.Steps) File.Delete(CheckpointOf(folder));
    }

    /// <summary>A training's steps, passed on, with the folder kept up to date: at once, now and then, and when they end or are
    /// left.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="trainer">The training.</param>
    /// <param name="steps">Its steps.</param>
    public static IEnumerable<TrainingStep> Keep(string folder, Trainer trainer, IEnumerable<TrainingStep> steps)
    {
        TimeSpan pause = Saved();
        var sinceSaved = Stopwatch.StartNew();
        try
        {
            foreach (TrainingStep step in steps)
            {
                yield return step;
                if (sinceSaved.Elapsed < pause) continue;
                pause = Saved();
                sinceSaved.Restart();
            }
        }
        finally
        {
            Save(folder, trainer);
        }

        // Saves, and says how long to wait with the next.
        TimeSpan Saved()
        {
            var saving = Stopwatch.StartNew();
            Save(folder, trainer);
            TimeSpan share = saving.Elapsed * ShareOfTime;
            return share > leastPause ? share : leastPause;
        }
    }

    /// <summary>Writes a loss curve as <see cref="CurveFile"/>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="losses">The steps, and the mean loss since the step before.</param>
    public static void SaveCurve(string folder, IEnumerable<(long Step, double Loss)> losses) =>
        AtomicFile.Write(Path.Combine(folder, CurveFile), stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(
            losses.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Step},{point.Loss:G6}\n"))
                .Prepend("step,loss\n")))));

    /// <summary>Writes a model that diffusers opens, weights in half precision: <c>DDPMPipeline.from_pretrained(folder)</c>.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="network">The network.</param>
    /// <param name="schedule">The noise levels it was trained with.</param>
    /// <param name="parameterization">What it says of x_t: ε, x₀ or v.</param>
    public static void SaveModel(string folder, UNet network, NoiseSchedule schedule,
        Parameterization parameterization = Parameterization.Epsilon)
    {
        network.Save(folder, halfPrecision: true);
        SchedulerConfig.Save(folder, schedule, parameterization);
        var index = new Dictionary<string, object>
        {
            ["_class_name"] = "DDPMPipeline",
            ["_diffusers_version"] = ModelFiles.DiffusersVersion,
            ["scheduler"] = new[] { "diffusers", "DDPMScheduler" },
            ["unet"] = new[] { "diffusers", "UNet2DModel" },
        };
        AtomicFile.Write(Path.Combine(folder, ModelFiles.Pipeline),
            stream => JsonSerializer.Serialize(stream, index, SchedulerConfig.Indented));
    }
}
