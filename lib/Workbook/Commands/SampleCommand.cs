using System.CommandLine;
using System.Globalization;
using Course.Display;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Sampling;
using Notebooks;
using Notebooks.Documents;
using Notebooks.Running;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook sample MODEL</c>: draws images from pure noise with a model on disk.</summary>
static class SampleCommand
{
    const string All = "all";
    const int Frames = 33;      // states that a trajectory keeps: enough to move, few enough for a small GIF

    /// <summary>What was asked for on the command line; null where nothing was said.</summary>
    sealed record Request(string Model, int Count, int? Steps, double? Eta, long Seed, int Batch, string? Class, double? Guidance,
        bool Trajectory, string File);

    internal static Command Build()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "A model's folder as diffusers keeps it, the name of one in data/models, or a hub's OWNER/NAME that was fetched.",
        };
        var count = new Option<int>("--count") { Description = "How many images.", HelpName = "N", DefaultValueFactory = _ => 64 };
        Option<int?> steps = SharedOptions.Steps("T");
        Option<double?> eta = SharedOptions.Eta();
        Option<long?> seed = SharedOptions.Seed("Every image has a random generator of its own, seeded by this and its number: "
            + "image 17 is the same in batches of any size.");
        var batch = new Option<int>("--batch")
        {
            Description = "Images at a time: more are faster and need more memory.",
            HelpName = "B",
            DefaultValueFactory = _ => 64,
        };
        var label = new Option<string?>("--class")
        {
            Description = "What to draw, for a model with classes: a number from 0, or all, a column each (default: any, where the model "
                + "was trained with dropped labels).",
            HelpName = "K",
        };
        var guidance = new Option<double?>("--guidance")
        {
            Description = "How far to go towards --class, away from what any class looks like: 1 as it was learned (the default), "
                + "2 to 4 clearer and less varied.",
            HelpName = "W",
        };
        var trajectory = new Option<bool>("--trajectory")
        {
            Description = "Keeps states along the way: a strip of the first 16 in .png, tensors trajectory and times in .safetensors; "
                + "a .gif always shows them.",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The file: .png (a grid), .gif (from noise to image, looped) or .safetensors (tensor samples (N, C, H, W) "
                + "in [−1, 1]).",
            HelpName = "FILE",
            Required = true,
        };

        SharedOptions.RequireFromOne(int.MaxValue, count, batch);
        SharedOptions.Require(label, text => text == All || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            "a whole number from 0, or all");
        SharedOptions.Require(guidance, text => SharedOptions.IsNumber(text, value => value is >= 0 and <= 1000),
            "a number from 0 to 1000");
        output.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !SamplesFile.Endings.Contains(Path.GetExtension(token.Value).ToLowerInvariant()))
                result.AddError($"--output {token.Value} must end in .png, .gif or .safetensors.");
        });

        var command = new Command("sample", "Draws images from pure noise with a model on disk.")
        {
            model, count, steps, eta, seed, batch, label, guidance, trajectory, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(guidance) is { Implicit: false } && result.GetResult(label) is null)
                result.AddError("--guidance leads to a class: say which with --class.");
        });
        command.SetAction(parsed => Library.Run(() => Run(new(parsed.GetValue(model)!, parsed.GetValue(count), parsed.GetValue(steps),
            parsed.GetValue(eta), parsed.GetValue(seed) ?? 0, parsed.GetValue(batch), parsed.GetValue(label), parsed.GetValue(guidance),
            parsed.GetValue(trajectory), parsed.GetValue(output)!))));
        return command;
    }

    static int Run(Request request)
    {
        SafeFile.Try(request.File);
        using PretrainedModel model = PretrainedModel.Open(ModelFolder.Find(request.Model));
        if (request.Steps > model.Scheduler.Steps)
        {
            Console.Error.WriteLine($"--steps {request.Steps} is more than the model's T = {model.Scheduler.Steps}: choose 1 to "
                + $"{model.Scheduler.Steps}.");
            return ExitCode.Usage;
        }
        IReadOnlyList<int>? classes = Classes(request, model.Network.Config);
        string ending = Path.GetExtension(request.File).ToLowerInvariant();
        if (model.Network.Config.InChannels is not (1 or 3) && ending != ".safetensors")
            throw new WorkbookException($"{request.Model} draws images of {model.Network.Config.InChannels} channels, and a picture has 1 "
                + "or 3: write them to a .safetensors.");
        double guidance = request.Guidance ?? 1;
        Sampler sampler = model.Scheduler.Sampler(request.Steps, request.Eta);
        long steps = ((request.Count - 1L) / request.Batch + 1) * sampler.Steps.Count;
        var progress = new Progress();
        progress.Begin(Shown.Path(request.File));
        using GeneratedSamples draws = model.Draw(sampler, request.Count, request.Seed, request.Batch, request.Trajectory
            || ending == ".gif" ? Frames : 0,
            done => progress.Say($"step {done}/{steps}"), classes, guidance);
        draws.Save(request.File);
        progress.End(Shown.Count(request.Count, "image"));
        return ExitCode.Good;
    }

    /// <summary>The classes to draw, in turn; null for a model that draws without one.</summary>
    static int[]? Classes(Request request, UNetConfig config)
    {
        int? classes = config.NullClass ?? config.Classes;      // the null class is the last, and drawn by saying none
        if (classes is null && request.Class is not null)
            throw new WorkbookException($"--class {request.Class} was said, but {request.Model} knows no classes: leave it out.");
        if (request.Guidance is not (null or 1) && config.NullClass is null)
            throw new WorkbookException($"--guidance {request.Guidance} was said, but {request.Model} was not trained with dropped labels "
                + "(its config.json has no _null_class): leave it out.");
        if (classes is not { } known) return null;
        if (request.Class == All) return [.. Enumerable.Range(0, known)];
        if (request.Class is null && config.NullClass is not null) return null;
        if (int.TryParse(request.Class, NumberStyles.None, CultureInfo.InvariantCulture, out int label) && label < known) return [label];
        throw new WorkbookException($"{request.Model} draws one of {known} classes, and "
            + $"{(request.Class is null ? "none was said" : $"there is no {request.Class}")}: give --class 0 to {known - 1}, or all.");
    }
}
