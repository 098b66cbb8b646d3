using System.CommandLine;
using System.Globalization;
using Diffusion;
using Workbook.Notebooks;

namespace Workbook.Commands;

/// <summary><c>workbook sample MODEL</c>: draws images from pure noise with a model on disk.</summary>
static class SampleCommand
{
    const int Frames = 33;      // states that a trajectory keeps: enough to move, few enough for a small GIF

    /// <summary>What was asked for on the command line; null where nothing was said.</summary>
    sealed record Wish(string Model, int Count, int? Steps, double? Eta, long Seed, int Batch, int? Class, bool Trajectory, string File);

    internal static Command Build()
    {
        var model = new Argument<string>("MODEL") { Description = "A model's folder as diffusers keeps it, the name of one in data/models, or a hub's OWNER/NAME that was fetched." };
        var count = new Option<int>("--count") { Description = "How many images.", HelpName = "N", DefaultValueFactory = _ => 64 };
        var steps = new Option<int?>("--steps") { Description = "Steps of the walk, 1 to the model's T (default: T).", HelpName = "S" };
        var eta = new Option<double?>("--eta") { Description = "Samples with DDIM and this η from 0 to 1 (default: the model's own sampler).", HelpName = "E" };
        var seed = new Option<long>("--seed") { Description = "Any whole number (default 0). Every image has a random generator of its own, seeded by this and its number: image 17 is the same in batches of any size.", HelpName = "X" };
        var batch = new Option<int>("--batch") { Description = "Images at a time: more are faster and need more memory.", HelpName = "B", DefaultValueFactory = _ => 64 };
        var label = new Option<int?>("--class") { Description = "What to draw, for a model with classes: a number from 0.", HelpName = "K" };
        var trajectory = new Option<bool>("--trajectory") { Description = "Keeps states along the way: a strip of the first 16 in .png, tensors trajectory and times in .safetensors; a .gif always shows them." };
        var output = new Option<string>("--output", "-o") { Description = "The file: .png (a grid), .gif (from noise to image, looped) or .safetensors (tensor samples (N, C, H, W) in [−1, 1]).", HelpName = "FILE", Required = true };

        Numbers.RequireFromOne(int.MaxValue, count, batch, steps);
        Numbers.Require(label, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _), "a whole number from 0");
        Numbers.Require(seed, text => long.TryParse(text, out _), "a whole number");
        Numbers.Require(eta, text => double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1, "a number from 0 to 1");
        output.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Draws.Endings.Contains(Path.GetExtension(token.Value).ToLowerInvariant()))
                result.AddError($"--output {token.Value} must end in .png, .gif or .safetensors.");
        });

        var command = new Command("sample", "Draws images from pure noise with a model on disk.") { model, count, steps, eta, seed, batch, label, trajectory, output };
        command.SetAction(parsed => Library.Run(() => Run(new(parsed.GetValue(model)!, parsed.GetValue(count), parsed.GetValue(steps), parsed.GetValue(eta),
            parsed.GetValue(seed), parsed.GetValue(batch), parsed.GetValue(label), parsed.GetValue(trajectory), parsed.GetValue(output)!))));
        return command;
    }

    static int Run(Wish wish)
    {
        SafeFile.Try(wish.File);
        using PretrainedModel model = PretrainedModel.Open(ModelFolder.Find(wish.Model));
        if (wish.Steps > model.Scheduler.Steps)
        {
            Console.Error.WriteLine($"--steps {wish.Steps} is more than the model's T = {model.Scheduler.Steps}: choose 1 to {model.Scheduler.Steps}.");
            return ExitCode.Usage;
        }
        RequireClass(wish, model.Network.Config.Classes);
        string ending = Path.GetExtension(wish.File).ToLowerInvariant();
        if (model.Network.Config.InChannels is not (1 or 3) && ending != ".safetensors")
            throw new WorkbookException($"{wish.Model} draws images of {model.Network.Config.InChannels} channels, and a picture has 1 or 3: write them to a .safetensors.");
        Sampler sampler = model.Scheduler.Sampler(wish.Steps, wish.Eta);
        long steps = ((wish.Count - 1L) / wish.Batch + 1) * sampler.Steps.Count;
        var progress = new Progress();
        progress.Begin(Shown.Path(wish.File));
        using Draws draws = model.Draw(sampler, wish.Count, wish.Seed, wish.Batch, wish.Trajectory || ending == ".gif" ? Frames : 0,
            done => progress.Say($"step {done}/{steps}"), wish.Class);
        draws.Save(wish.File);
        progress.End(Shown.Count(wish.Count, "image"));
        return ExitCode.Good;
    }

    static void RequireClass(Wish wish, int? classes)
    {
        if (classes is null && wish.Class is not null)
            throw new WorkbookException($"--class {wish.Class} was said, but {wish.Model} knows no classes: leave it out.");
        if (classes is { } known && !(wish.Class < known))
            throw new WorkbookException($"{wish.Model} draws one of {known} classes, and {(wish.Class is { } label ? $"there is no {label}" : "none was said")}: give --class 0 to {known - 1}.");
    }
}
