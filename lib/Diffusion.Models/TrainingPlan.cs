using System.Diagnostics;
using System.Globalization;
using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Training;
using Shared;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>
/// A training as it was asked for: everything that was left open is decided, what does not fit together is refused before the first step,
/// and a checkpoint in the folder is gone on with.
/// </summary>
public sealed class TrainingPlan : IDisposable
{
    /// <summary>What is taken where nothing is said.</summary>
    public const long DefaultImages = 400_000;

    /// <inheritdoc cref="DefaultImages"/>
    public const double DefaultGuidance = 2;

    /// <summary>The t at which a training away from a weaker model is guided: where it is decided what is drawn; finer noise is learned as
    /// it is.</summary>
    public static (int First, int Last) GuidedTimes { get; } = (200, 700);

    const double DroppedLabels = 0.1;                   // of Ho & Salimans 2022
    const int TimedSteps = 12, UntimedSteps = 4;        // of Minutes: the first steps are slower than the rest

    readonly TrainingRequest request;
    readonly string checkpoint;
    readonly TrainingOptions? before;                   // those of the checkpoint
    readonly Tensor images;
    readonly Tensor? labels;
    readonly PretrainedModel? start, weaker;
    readonly UNet network;

    /// <summary>Decides what is open.</summary>
    /// <param name="request">What was asked for.</param>
    /// <exception cref="InvalidOperationException">The folder holds a finished model or a training that is not to be gone on
    /// with.</exception>
    /// <exception cref="ArgumentException">Network, data, classes or models do not fit together; the sentence says which.</exception>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or holds something else.</exception>
    public TrainingPlan(TrainingRequest request)
    {
        this.request = request;
        checkpoint = TrainingFolder.CheckpointOf(request.Folder);
        bool goesOn = File.Exists(checkpoint);
        RequireFree(goesOn);
        before = goesOn ? Checkpoint.OptionsOf(checkpoint) : null;
        if (before?.Teacher is not null && request.AwayFrom is null)
            throw new InvalidOperationException($"{Shown.Path(request.Folder)} learns from two models: with --resume give "
                + "--start and --away-from again.");
        try
        {
            (images, labels) = request.Data();
            start = request.Start is { } name ? Opened(name, request.Parameterization) : null;
            weaker = request.AwayFrom is { } other ? Opened(other, start!.Scheduler.Parameterization) : null;
            UNetConfig config = Config(goesOn);
            if (config.Classes is null)
            {
                labels?.Dispose();
                labels = null;
            }
            else if (labels is null)
            {
                throw new ArgumentException($"The network knows {config.Classes} classes and {request.DataName} has no tensor labels: "
                    + "expected int64 labels (N), one for each image.");
            }
            long seed = request.Seed ?? before?.Seed ?? 0;
            Compute.Seed(seed);
            network = start?.Network.StartOf(config) ?? new UNet(config);
            network.BodyType = Compute.FastBodyType;
            NoiseSchedule schedule = NoiseSchedule.Linear();
            (Teacher? teacher, string? note) = Taught(schedule);
            Trainer = new Trainer(network, schedule, images, Options(seed, schedule, teacher, note), labels, teacher);
            if (goesOn) Trainer.Resume(checkpoint);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The training, ready to run.</summary>
    public Trainer Trainer { get; }

    /// <summary>Whether the images look as if black were 0 and not −1: nothing in them lies below 0.</summary>
    public bool LooksUnscaled => images.min().ToDouble() >= 0 && images.max().ToDouble() > 0;

    /// <summary>Frees the training, the networks and the data.</summary>
    public void Dispose()
    {
        Trainer?.Dispose();
        Trainer?.Average.Dispose();
        network?.Dispose();
        start?.Dispose();
        weaker?.Dispose();
        images?.Dispose();
        labels?.Dispose();
    }

    void RequireFree(bool goesOn)
    {
        if (goesOn && !request.Resume)
            throw new InvalidOperationException($"{Shown.Path(request.Folder)} holds a training that is not finished: go on with "
                + "--resume, or choose another folder.");
        if (!goesOn && File.Exists(Path.Combine(request.Folder, ModelFiles.Config)))
            throw new InvalidOperationException($"{Shown.Path(request.Folder)} holds a finished model: choose another folder.");
    }

    TrainingOptions Options(long seed, NoiseSchedule schedule, Teacher? teacher, string? note)
    {
        TrainingOptions unsaid = before ?? new() { Steps = 1 };
        int batch = request.BatchSize ?? unsaid.BatchSize;
        long steps = request.Images is { } n ? (n - 1) / batch + 1
            : before?.Steps ?? (request.Minutes is { } limit ? StepsIn(limit, schedule, teacher, batch) : (DefaultImages - 1) / batch + 1);
        return new()
        {
            Steps = steps,
            BatchSize = batch,
            LearningRate = request.LearningRate ?? unsaid.LearningRate,
            WarmUpSteps = (int)Math.Min(100, steps / 10),
            LabelDrop = before?.LabelDrop ?? (network.Config.NullClass is null ? 0 : DroppedLabels),
            Parameterization = request.Parameterization ?? before?.Parameterization ?? start?.Scheduler.Parameterization
                ?? Parameterization.Epsilon,
            Start = start?.Network.Fingerprint() ?? before?.Start,
            Teacher = note,
            Seed = seed,
        };
    }

    // Of --config, else of the checkpoint (older ones note none: then of the model beside it), else of the model to start from.
    UNetConfig Config(bool goesOn)
    {
        string own = Path.Combine(request.Folder, ModelFiles.Config);
        UNetConfig config = request.Config is { } file ? UNetConfigJson.Read(file)
            : goesOn && Checkpoint.ConfigOf(checkpoint) is { } noted ? noted
            : goesOn && File.Exists(own) ? UNetConfigJson.Read(own)
            : start?.Network.Config ?? UNetConfig.Digits;
        config = Fitting(config);
        return request.Classes ? WithClasses(config) : config;
    }

    UNetConfig Fitting(UNetConfig config)
    {
        var size = new ImageSize((int)images.shape[2], (int)images.shape[3]);
        string name = request.Config is { } file ? Shown.Path(file) : "the network";
        if (config.InChannels != images.shape[1] || config.OutChannels != images.shape[1])
            throw new ArgumentException($"The images have {images.shape[1]} channels, {name} takes {config.InChannels} and "
                + $"gives {config.OutChannels}: set in_channels and out_channels in a --config.");
        if (config.SampleSize is { } made && made != size)
            throw new ArgumentException($"The images are {size}, {name} is for {made}: set sample_size in a --config.");
        config.RequireSize(size);
        return config with { SampleSize = size };
    }

    // The config told the classes of the data and a null class.
    UNetConfig WithClasses(UNetConfig config)
    {
        if (labels is null)
            throw new ArgumentException($"--classes was said, and {request.DataName} has no tensor labels: expected int64 labels "
                + "(N), one for each image.");
        double most = labels.numel() == 0 ? 0 : labels.max().ToDouble();
        UNetConfig told = config.WithClasses((int)Math.Clamp(most + 1, 1, 1 << 24));
        if (config.NumClassEmbeds is not null && (config.NumClassEmbeds, config.NullClass) != (told.NumClassEmbeds, told.NullClass))
            throw new ArgumentException($"--classes makes num_class_embeds {told.NumClassEmbeds} of these labels, the "
                + $"last for a dropped one, and the network has {config.NumClassEmbeds} already: leave --classes out.");
        return told;
    }

    // A model to go on from, or why it cannot be trained on here.
    static PretrainedModel Opened(string folder, Parameterization? parameterization)
    {
        PretrainedModel model = PretrainedModel.Open(folder);
        NoiseSchedule own = model.Scheduler.Schedule, schedule = NoiseSchedule.Linear();
        double rounding = 2 * schedule.T * Math.Pow(2, -24);        // a model's file means T factors and T products in float32
        if ((parameterization ?? model.Scheduler.Parameterization) == model.Scheduler.Parameterization && own.T == schedule.T
            && own.AlphaBar.Zip(schedule.AlphaBar, (a, b) => Math.Abs(a - b)).Max() < rounding)
            return model;
        model.Dispose();
        throw new ArgumentException($"{Shown.Path(folder)} was trained with {own} to predict {model.Scheduler.Parameterization}, "
            + "and train goes on with "
            + $"{schedule}{(parameterization is { } wanted ? $" and --parameterization {wanted}" : "")}: start from another model.");
    }

    // What two models say together, the one to start from and a weaker one, and a note that tells this teacher from others of that start.
    (Teacher?, string? Note) Taught(NoiseSchedule schedule)
    {
        if (start is null || weaker is null) return default;
        foreach (var (folder, model) in new[] { (request.Start!, start.Network), (request.AwayFrom!, weaker.Network) })
        {
            if (Takes(model.Config) != Takes(network.Config))
                throw new ArgumentException($"{Shown.Path(folder)} takes {Takes(model.Config)}, the network to be trained "
                    + $"{Takes(network.Config)}: with --away-from all three must take the same.");
            model.Config.RequireSize(network.Config.SampleSize!.Value);
            model.BodyType = network.BodyType;
        }
        double w = request.Guidance ?? DefaultGuidance;
        return (start.Network.AwayFrom(weaker.Network, schedule, start.Scheduler.Parameterization, w, GuidedTimes),
            $"away from {weaker.Network.Fingerprint()} by {w.ToString(CultureInfo.InvariantCulture)}");

        static string Takes(UNetConfig config) => $"{config.InChannels} channels and {config.Classes ?? 0} classes";
    }

    long StepsIn(double minutes, NoiseSchedule schedule, Teacher? teacher, int batch)
    {
        using Denoiser copy = network.Copy();
        using var trial = new Trainer(copy, schedule, images,
            new() { Steps = UntimedSteps + TimedSteps, BatchSize = batch }, labels, teacher);
        using Denoiser average = trial.Average;
        var timed = new Stopwatch();
        foreach (TrainingStep step in trial.Run())
            if (step.Number == UntimedSteps) timed.Start();
        trial.MeanLoss();       // waits for the device
        return Math.Max(1, (long)(minutes * 60 * TimedSteps / timed.Elapsed.TotalSeconds));
    }
}
