using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Diffusion;
using TorchSharp;
using Workbook.Notebooks;

namespace Workbook.Commands;

/// <summary><c>workbook train</c>: trains a U-Net and leaves a model that <c>workbook sample</c> and Python's diffusers open.</summary>
static class TrainCommand
{
    const long DefaultImages = 400_000;
    const double DroppedLabels = 0.1;                   // of Ho & Salimans 2022
    const int TimedSteps = 12, UntimedSteps = 4;        // of --minutes: the first steps are slower than the rest
    const int ShareForCheckpoints = 20;                 // one part in twenty of the time, and not more often than every second
    const double DefaultGuidance = 2;
    static readonly (int First, int Last) guidedTimes = (200, 700);     // where it is decided what is drawn; the finer noise below is learned as it is

    // What diffusers knows, and the words that --target had for it.
    static readonly string[] parameterizations = ["epsilon", "v", "x0", "Noise", "Velocity", "Sample"];

    static readonly TimeSpan checkpointEvery = TimeSpan.FromSeconds(1);

    /// <summary>What was asked for on the command line; null where nothing was said.</summary>
    sealed record Request(string Folder, string Dataset, string? Config, string? Start, string? AwayFrom, double? Guidance, bool Classes, Parameterization? Parameterization, long? Images, double? Minutes, int? Batch,
        double? LearningRate, long? Seed, bool Resume);

    internal static Command Build()
    {
        var output = new Option<string>("--output", "-o") { Description = "The model's folder. While training runs it holds the model so far and a checkpoint.", HelpName = "DIR", Required = true };
        var dataset = new Option<string>("--dataset") { Description = "mnist, or a .safetensors whose tensor images (N, C, H, W) lies in [−1, 1], with int64 labels (N) for a network that knows classes.", HelpName = "DATA", DefaultValueFactory = _ => "mnist" };
        var config = new Option<string?>("--config") { Description = "A config.json of diffusers' UNet2DModel (default: 1.1 million parameters for 28×28 grey images).", HelpName = "FILE" };
        var start = new Option<string?>("--start") { Description = "Begins from the weights of this model in place of random ones: a folder, a name in data/models or a fetched OWNER/NAME. A --config may add num_class_embeds to its own, nothing else.", HelpName = "MODEL" };
        var awayFrom = new Option<string?>("--away-from") { Description = "Learns no longer from the data but to say what the model of --start says, guided away from this one, which has learned less (Karras et al. 2024): what it draws is clearer, its loss a little worse.", HelpName = "MODEL" };
        var guidance = new Option<double?>("--guidance") { Description = $"How far, from 1, which is not at all (default {DefaultGuidance}); for t from {guidedTimes.First} to {guidedTimes.Last}.", HelpName = "W" };
        var classes = new Option<bool>("--classes") { Description = "Tells the network each image's class and drops one label in ten, so that workbook sample can draw a class, any class, and guided ones." };
        var parameterization = new Option<string?>("--parameterization", "--target") { Description = "What the network learns to say: epsilon (as Ho et al.; the default), v (of Salimans & Ho 2022, which weighs noisy images more) or x0.", HelpName = "NAME" };
        var images = new Option<long?>("--images") { Description = $"How many images to learn from, each counted every time it is seen (default {DefaultImages}).", HelpName = "N" };
        var minutes = new Option<double?>("--minutes") { Description = "How long to train instead: the first steps are timed, and as many are done as will fit.", HelpName = "M" };
        var batch = new Option<int?>("--batch") { Description = "Images a step (default 128).", HelpName = "B" };
        var rate = new Option<double?>("--learning-rate") { Description = "The largest learning rate of AdamW (default 0.002); a model to --start from wants a smaller one.", HelpName = "R" };
        var seed = new Option<long?>("--seed") { Description = "Any whole number (default 0): with it everything else is decided.", HelpName = "X" };
        var resume = new Option<bool>("--resume") { Description = "Goes on from the checkpoint in the folder, with its options, as if never stopped; begins where there is none." };

        Numbers.Require(parameterization, parameterizations.Contains, "epsilon, v or x0");
        Numbers.RequireFromOne(long.MaxValue, images);
        Numbers.RequireFromOne(int.MaxValue, batch);
        Numbers.Require(minutes, text => double.TryParse(text, out double value) && value > 0 && value < 1e6, "a number above 0");
        Numbers.Require(rate, text => double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value), "a number above 0");
        Numbers.Require(guidance, text => double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value >= 1 && double.IsFinite(value), "a number from 1");
        Numbers.Require(seed, text => long.TryParse(text, out _), "a whole number");

        var command = new Command("train", "Trains a model on this machine: Algorithm 1 of Ho et al. 2020 on a U-Net.")
        {
            output, dataset, config, start, awayFrom, guidance, classes, parameterization, images, minutes, batch, rate, seed, resume,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(images) is { Implicit: false } && result.GetResult(minutes) is { Implicit: false }) result.AddError("--images and --minutes exclude each other.");
            if (result.GetResult(guidance) is { Implicit: false } && result.GetResult(awayFrom) is not { Implicit: false }) result.AddError("--guidance needs --away-from.");
            if (result.GetResult(awayFrom) is { Implicit: false } && result.GetResult(start) is not { Implicit: false }) result.AddError("--away-from needs --start.");
        });
        command.SetAction(parsed => Library.Run(() => Run(new(parsed.GetValue(output)!, parsed.GetValue(dataset)!, parsed.GetValue(config), parsed.GetValue(start), parsed.GetValue(awayFrom), parsed.GetValue(guidance), parsed.GetValue(classes),
            Said(parsed.GetValue(parameterization)), parsed.GetValue(images), parsed.GetValue(minutes), parsed.GetValue(batch), parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(resume)))));
        return command;
    }

    static Parameterization? Said(string? word) => word switch
    {
        null => null,
        "epsilon" or "Noise" => Parameterization.Epsilon,
        "v" or "Velocity" => Parameterization.V,
        _ => Parameterization.X0,
    };

    static int Run(Request request)
    {
        string checkpoint = TrainingFolder.Checkpoint(request.Folder), ownConfig = Path.Combine(request.Folder, UNet.ConfigFile);
        bool goesOn = File.Exists(checkpoint), holdsModel = File.Exists(ownConfig);
        if (goesOn && !request.Resume)
            throw new WorkbookException($"{Shown.Path(request.Folder)} holds a training that is not finished: go on with --resume, or choose another folder.");
        if (holdsModel && !goesOn)
            throw new WorkbookException($"{Shown.Path(request.Folder)} holds a finished model: choose another folder.");
        TrainingOptions? before = goesOn ? Trainer.OptionsOf(checkpoint) : null;
        if (before?.Teacher is not null && request.AwayFrom is null)
            throw new WorkbookException($"{Shown.Path(request.Folder)} learns from two models: with --resume give --start and --away-from again.");
        (torch.Tensor data, torch.Tensor? known) = Load(request.Dataset);
        using torch.Tensor images = data;
        using PretrainedModel? start = request.Start is { } name ? Opened(name, request.Parameterization) : null;
        using PretrainedModel? weaker = request.AwayFrom is { } other ? Opened(other, start!.Scheduler.Parameterization) : null;
        UNetConfig config = Fit(request.Config is { } file ? UNetConfig.Read(file)
            : goesOn && Trainer.ConfigOf(checkpoint) is { } noted ? noted
            : goesOn && holdsModel ? UNetConfig.Read(ownConfig) : start?.Network.Config ?? UNetConfig.Digits, data, request);
        if (request.Classes) config = WithClasses(config, known, request);
        using torch.Tensor? labels = config.Classes is null ? null : known
            ?? throw new WorkbookException($"The network knows {config.Classes} classes and {Shown.Path(request.Dataset)} has no tensor labels: expected int64 labels (N), one for each image.");
        TrainingOptions unsaid = before ?? new() { Steps = 1 };
        int batch = request.Batch ?? unsaid.BatchSize;
        long seed = request.Seed ?? before?.Seed ?? 0;
        Compute.Seed(seed);
        using UNet network = start?.Network.StartOf(config) ?? new UNet(config);
        network.BodyType = Compute.FastBodyType;
        NoiseSchedule schedule = NoiseSchedule.Linear();
        (Teacher? teacher, string? note) = Guided(start, weaker, network, schedule, request);
        long steps = request.Images is { } n ? (n - 1) / batch + 1
            : before?.Steps ?? (request.Minutes is { } limit ? StepsIn(limit, network, schedule, data, labels, teacher, batch) : (DefaultImages - 1) / batch + 1);
        var options = new TrainingOptions
        {
            Steps = steps,
            BatchSize = batch,
            LearningRate = request.LearningRate ?? unsaid.LearningRate,
            WarmUpSteps = (int)Math.Min(100, steps / 10),
            LabelDrop = before?.LabelDrop ?? (config.NullClass is null ? 0 : DroppedLabels),
            Parameterization = request.Parameterization ?? before?.Parameterization ?? start?.Scheduler.Parameterization ?? Parameterization.Epsilon,
            Start = start?.Network.Fingerprint() ?? before?.Start,
            Teacher = note,
            Seed = seed,
        };
        using var trainer = new Trainer(network, schedule, data, options, labels, teacher);
        if (goesOn) trainer.Resume(checkpoint);
        if (data.min().ToDouble() >= 0 && data.max().ToDouble() > 0)
            Console.WriteLine($"{Shown.Path(request.Dataset)}: nothing in images lies below 0, where −1 is black. If black is 0 there, stop and scale it: 2·x − 1.");
        return Train(trainer, request.Folder);
    }

    /// <summary>The model to start from, or why it cannot be trained on here.</summary>
    static PretrainedModel Opened(string name, Parameterization? parameterization)
    {
        PretrainedModel model = PretrainedModel.Open(ModelFolder.Find(name));
        NoiseSchedule own = model.Scheduler.Schedule, schedule = NoiseSchedule.Linear();
        double rounding = 2 * schedule.T * Math.Pow(2, -24);        // a model's file means T factors and T products in float32
        if ((parameterization ?? model.Scheduler.Parameterization) == model.Scheduler.Parameterization && own.T == schedule.T && own.AlphaBar.Zip(schedule.AlphaBar, (a, b) => Math.Abs(a - b)).Max() < rounding)
            return model;
        model.Dispose();
        throw new WorkbookException($"{name} was trained with {own} to predict {model.Scheduler.Parameterization}, and train goes on with {schedule}{(parameterization is { } wanted ? $" and --parameterization {wanted}" : "")}: start from another model.");
    }

    /// <summary>Says what is learned where two models say it together, the one to start from and a weaker one, and a note that tells this teacher from others of that start.</summary>
    static (Teacher?, string? Note) Guided(PretrainedModel? start, PretrainedModel? weaker, UNet network, NoiseSchedule schedule, Request request)
    {
        if (start is null || weaker is null) return default;
        string Takes(UNetConfig config) => $"{config.InChannels} channels and {config.Classes ?? 0} classes";
        foreach (var (name, model) in new[] { (request.Start, start.Network), (request.AwayFrom, weaker.Network) })
        {
            if (Takes(model.Config) != Takes(network.Config))
                throw new WorkbookException($"{name} takes {Takes(model.Config)}, the network to be trained {Takes(network.Config)}: with --away-from all three must take the same.");
            model.Config.RequireSize(network.Config.SampleSize!.Value);
            model.BodyType = network.BodyType;
        }
        double w = request.Guidance ?? DefaultGuidance;
        return (start.Network.AwayFrom(weaker.Network, schedule, start.Scheduler.Parameterization, w, guidedTimes),
            $"away from {weaker.Network.Fingerprint()} by {w.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>The config told the classes of the data and a null class.</summary>
    static UNetConfig WithClasses(UNetConfig config, torch.Tensor? labels, Request request)
    {
        if (labels is null) throw new WorkbookException($"--classes was said, and {Shown.Path(request.Dataset)} has no tensor labels: expected int64 labels (N), one for each image.");
        double most = labels.numel() == 0 ? 0 : labels.max().ToDouble();
        UNetConfig told = config.WithClasses((int)Math.Clamp(most + 1, 1, 1 << 24));
        if (config.NumClassEmbeds is not null && (config.NumClassEmbeds, config.NullClass) != (told.NumClassEmbeds, told.NullClass))
            throw new WorkbookException($"--classes makes num_class_embeds {told.NumClassEmbeds} of these labels, the last for a dropped one, and the network has {config.NumClassEmbeds} already: leave --classes out.");
        return told;
    }

    static int Train(Trainer trainer, string folder)
    {
        NewFolder.Prepare(folder, UNet.ConfigFile);
        using var stop = new StopSignal();
        var line = new Progress();
        line.Begin(Shown.Path(folder), timed: false);
        var progress = new TrainingProgress(trainer, how => line.Say(how));
        TimeSpan pause = Save();
        var sinceSaved = Stopwatch.StartNew();
        foreach (TrainingStep _ in progress.Run())
        {
            if (stop.IsRequested) break;
            if (sinceSaved.Elapsed < pause) continue;
            pause = Save();
            sinceSaved.Restart();
        }
        Save();
        line.End(progress.ToString());
        if (trainer.StepsDone == trainer.Options.Steps) return ExitCode.Good;
        Console.Error.WriteLine($"Stopped after step {trainer.StepsDone:N0}: the same command with --resume goes on from there.");
        return ExitCode.Interrupted;

        // Saves, and says how long to wait with the next.
        TimeSpan Save()
        {
            var saving = Stopwatch.StartNew();
            TrainingFolder.Save(folder, trainer);
            TimeSpan share = saving.Elapsed * ShareForCheckpoints;
            return share > checkpointEvery ? share : checkpointEvery;
        }
    }

    static long StepsIn(double minutes, UNet network, NoiseSchedule schedule, torch.Tensor data, torch.Tensor? labels, Teacher? teacher, int batch)
    {
        using Denoiser copy = network.Copy();
        using var trial = new Trainer(copy, schedule, data, new() { Steps = UntimedSteps + TimedSteps, BatchSize = batch }, labels, teacher);
        var timed = new Stopwatch();
        foreach (TrainingStep step in trial.Run())
            if (step.Number == UntimedSteps) timed.Start();
        trial.MeanLoss();       // waits for the device
        return Math.Max(1, (long)(minutes * 60 * TimedSteps / timed.Elapsed.TotalSeconds));
    }

    /// <summary>Images (N, C, H, W), and labels (N) where the data have them.</summary>
    static (torch.Tensor Images, torch.Tensor? Labels) Load(string dataset)
    {
        if (dataset == "mnist" && Mnist.Load() is var mnist) return (mnist.Images, mnist.Labels);
        if (!dataset.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new WorkbookException($"--dataset {dataset} is not known: expected mnist, or a .safetensors with a tensor images (N, C, H, W).");
        using var file = SafeTensors.Open(dataset);
        if (!file.Tensors.TryGetValue("images", out SafeTensor? stored) || stored.Shape.Count != 4 || stored.Shape.Any(size => size < 1))
            throw new WorkbookException($"{Shown.Path(dataset)} {(stored is null ? "has no tensor images" : $"has {stored}")}: expected a tensor images of shape (N, C, H, W).");
        using torch.Tensor read = file.Read("images");
        torch.Tensor images = read.to(torch.ScalarType.Float32).to(Compute.Device);
        double low = images.min().ToDouble(), high = images.max().ToDouble();
        return low >= -1 && high <= 1 ? (images, file.Tensors.ContainsKey("labels") ? file.Read("labels").to(Compute.Device) : null)
            : throw new WorkbookException($"{Shown.Path(dataset)}: images reaches from {low:G3} to {high:G3}, expected −1 to 1: scale it, for example x/127.5 − 1 of bytes.");
    }

    /// <summary>The config for these images, or what does not fit.</summary>
    static UNetConfig Fit(UNetConfig config, torch.Tensor data, Request request)
    {
        var size = new ImageSize((int)data.shape[2], (int)data.shape[3]);
        string name = request.Config is { } file ? Shown.Path(file) : "the network";
        if (config.InChannels != data.shape[1] || config.OutChannels != data.shape[1])
            throw new WorkbookException($"The images have {data.shape[1]} channels, {name} takes {config.InChannels} and gives {config.OutChannels}: set in_channels and out_channels in a --config.");
        if (config.SampleSize is { } made && made != size)
            throw new WorkbookException($"The images are {size}, {name} is for {made}: set sample_size in a --config.");
        config.RequireSize(size);
        return config with { SampleSize = size };
    }
}
