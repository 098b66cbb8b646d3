using System.CommandLine;
using Course.Datasets;
using Course.Display;
using Diffusion.Models;
using Diffusion.Models.Files;
using Diffusion.Parameterizations;
using Diffusion.Training;
using Notebooks.Running;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook train</c>: trains a U-Net and leaves a model that <c>workbook sample</c> and Python's diffusers open.</summary>
static class TrainCommand
{
    // What diffusers knows, and the words that --target had for it.
    static readonly string[] parameterizations = ["epsilon", "v", "x0", "Noise", "Velocity", "Sample"];

    internal static Command Build()
    {
        Option<string> output = SharedOptions.ModelOutput("The model's folder. While training runs it holds the model "
            + "so far and a checkpoint.");
        var dataset = new Option<string>("--dataset")
        {
            Description = "mnist, or a .safetensors whose tensor images (N, C, H, W) lies in "
                + "[−1, 1], with int64 labels (N) for a network that knows classes.",
            HelpName = "DATA",
            DefaultValueFactory = _ => "mnist"
        };
        var config = new Option<string?>("--config")
        {
            Description = "A config.json of diffusers' UNet2DModel (default: 1.1 million parameters for 28×28 grey images).",
            HelpName = "FILE"
        };
        var start = new Option<string?>("--start")
        {
            Description = "Begins from the weights of this model in place of random ones: a folder, a name in data/models or a fetched "
                + "OWNER/NAME. A --config may add num_class_embeds to its own, nothing else.",
            HelpName = "MODEL",
        };
        var awayFrom = new Option<string?>("--away-from")
        {
            Description = "Learns no longer from the data but to say what the model of --start says, guided away from this one, which "
                + "has learned less (Karras et al. 2024): what it draws is clearer, its loss a little worse.",
            HelpName = "MODEL",
        };
        var guidance = new Option<double?>("--guidance")
        {
            Description = $"How far, from 1, which is not at all (default {TrainingPlan.DefaultGuidance}); for t from 200 to 700.",
            HelpName = "W"
        };
        var classes = new Option<bool>("--classes")
        {
            Description = "Tells the network each image's class and drops one label in ten, so "
                + "that workbook sample can draw a class, any class, and guided ones."
        };
        var parameterization = new Option<string?>("--parameterization", "--target")
        {
            Description = "What the network learns to say: "
                + "epsilon (as Ho et al.; the default), v (of Salimans & Ho 2022, which weighs noisy images more) or x0.",
            HelpName = "NAME"
        };
        var images = new Option<long?>("--images")
        {
            Description = $"How many images to learn from, each counted every time it is seen (default {TrainingPlan.DefaultImages}).",
            HelpName = "N"
        };
        var minutes = new Option<double?>("--minutes")
        {
            Description = "How long to train instead: the first steps are timed, and as many are done as will fit.",
            HelpName = "M"
        };
        var batch = new Option<int?>("--batch") { Description = "Images a step (default 128).", HelpName = "B" };
        var rate = new Option<double?>("--learning-rate")
        {
            Description = "The largest learning rate of AdamW (default 0.002); a model to --start from wants a smaller one.",
            HelpName = "R"
        };
        Option<long?> seed = SharedOptions.Seed("With it everything else is decided.");
        var resume = new Option<bool>("--resume")
        {
            Description = "Goes on from the checkpoint in the folder, with its options, as if never stopped; begins where there is none."
        };

        SharedOptions.Require(parameterization, parameterizations.Contains, "epsilon, v or x0");
        SharedOptions.RequireFromOne(long.MaxValue, images);
        SharedOptions.RequireFromOne(int.MaxValue, batch);
        SharedOptions.Require(minutes, text => SharedOptions.IsNumber(text, value => value is > 0 and < 1e6), "a number above 0");
        SharedOptions.Require(rate, text => SharedOptions.IsNumber(text, value => value > 0), "a number above 0");
        SharedOptions.Require(guidance, text => SharedOptions.IsNumber(text, value => value >= 1), "a number from 1");

        var command = new Command("train", "Trains a model on this machine: Algorithm 1 of Ho et al. 2020 on a U-Net.")
        {
            output, dataset, config, start, awayFrom, guidance, classes, parameterization, images, minutes, batch, rate, seed, resume,
        };
        command.Validators.Add(result =>
        {
            bool Says(Option option) => result.GetResult(option) is { Implicit: false };
            if (Says(images) && Says(minutes)) result.AddError("--images and --minutes exclude each other.");
            if (Says(guidance) && !Says(awayFrom)) result.AddError("--guidance needs --away-from.");
            if (Says(awayFrom) && !Says(start)) result.AddError("--away-from needs --start.");
        });
        command.SetAction(parsed => Library.Run(() => Run(new()
        {
            Folder = parsed.GetValue(output)!,
            Data = () => ImageData.Load(parsed.GetValue(dataset)!),
            DataName = Shown.Path(parsed.GetValue(dataset)!),
            Config = parsed.GetValue(config),
            Start = parsed.GetValue(start) is { } model ? ModelFolder.Find(model) : null,
            AwayFrom = parsed.GetValue(awayFrom) is { } other ? ModelFolder.Find(other) : null,
            Guidance = parsed.GetValue(guidance),
            Classes = parsed.GetValue(classes),
            Parameterization = Said(parsed.GetValue(parameterization)),
            Images = parsed.GetValue(images),
            Minutes = parsed.GetValue(minutes),
            BatchSize = parsed.GetValue(batch),
            LearningRate = parsed.GetValue(rate),
            Seed = parsed.GetValue(seed),
            Resume = parsed.GetValue(resume),
        })));
        return command;
    }

    static Parameterization? Said(string? word) => word switch
    {
        null => null,
        "epsilon" or "Noise" => Parameterization.Epsilon,
        "v" or "Velocity" => Parameterization.V,
        _ => Parameterization.X0,
    };

    static int Run(TrainingRequest request)
    {
        using var plan = new TrainingPlan(request);
        if (plan.LooksUnscaled)
            Console.WriteLine($"{request.DataName}: nothing in images lies below 0, where −1 is black. If black is 0 there, "
                + "stop and scale it: 2·x − 1.");
        NewFolder.Prepare(request.Folder, ModelFiles.Config);
        Trainer trainer = plan.Trainer;
        using var stop = new StopSignal();
        var line = new Progress();
        line.Begin(Shown.Path(request.Folder), timed: false);
        var progress = new TrainingProgress(trainer, how => line.Say(how));
        foreach (TrainingStep _ in TrainingFolder.Keep(request.Folder, trainer, progress.Run()))
            if (stop.IsRequested) break;
        line.End(progress.ToString());
        if (trainer.StepsDone == trainer.Options.Steps) return ExitCode.Good;
        Console.Error.WriteLine($"Stopped after step {trainer.StepsDone:N0}: the same command with --resume goes on from there.");
        return ExitCode.Interrupted;
    }
}
