using System.CommandLine;
using System.Text.Json;
using Course.Datasets;
using Course.Evaluation;
using Diffusion.Models;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Sampling;
using Notebooks;
using Notebooks.Running;
using Shared;
using TorchSharp;

namespace Workbook.Commands;

/// <summary><c>workbook evaluate</c>: says how good drawn digits are, judged by a classifier beside real ones.</summary>
static class EvaluateCommand
{
    const string Samples = "samples", Asked = "classes", DefaultClassifier = "mnist-classifier";
    const int DefaultCount = 2000, DefaultSteps = 100, Batch = 100;

    /// <summary>What was asked for on the command line; null where nothing was said.</summary>
    sealed record Request(string What, int? Count, int? Steps, double? Eta, long? Seed, string Classifier, bool Json)
    {
        internal bool IsFile => What.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
    }

    internal static Command Build()
    {
        var what = new Argument<string>("SAMPLES-OR-MODEL")
        {
            Description = "A .safetensors of workbook sample, whose tensor samples (N, 1, 28, 28) lies in [−1, 1], and whose classes (N), "
                + "where there are any, are what was asked for; or a model to draw from first: its folder or name.",
        };
        var count = new Option<int?>("--count") { Description = $"How many digits to draw (default {DefaultCount}).", HelpName = "N" };
        Option<int?> steps = SharedOptions.Steps($"{DefaultSteps}, at most T");
        Option<double?> eta = SharedOptions.Eta();
        Option<long?> seed = SharedOptions.Seed("With it everything else is decided.");
        var classifier = new Option<string>("--classifier")
        {
            Description = "Who judges: a folder, or a name in data/models.",
            HelpName = "DIR",
            DefaultValueFactory = _ => DefaultClassifier,
        };
        Option<bool> json = SharedOptions.Json();

        SharedOptions.Require(count, text =>
            SharedOptions.IsNumber(text, value => value is >= 2 and <= 60_000 && value == Math.Floor(value)),
            "a whole number from 2 to 60000");

        var command = new Command("evaluate", "Says how good drawn digits are: a classifier reads them, and real ones beside them.")
        {
            what, count, steps, eta, seed, classifier, json,
        };
        command.Validators.Add(result =>
        {
            string? ending = Path.GetExtension(result.GetValue(what))?.ToLowerInvariant();
            if (ending != ".safetensors") return;
            foreach (Option option in (Option[])[count, steps, eta, seed])
                if (result.GetResult(option) is { Implicit: false })
                    result.AddError($"{option.Name} is for a model that is drawn from, and {result.GetValue(what)} is "
                        + "already drawn: leave it out.");
        });
        command.SetAction(parsed =>
            Library.Run(() => Run(new(parsed.GetValue(what)!, parsed.GetValue(count), parsed.GetValue(steps), parsed.GetValue(eta),
            parsed.GetValue(seed), parsed.GetValue(classifier)!, parsed.GetValue(json)))));
        return command;
    }

    static int Run(Request request)
    {
        string judge = ModelFolder.Find(request.Classifier, $"its {DigitClassifier.ConfigFile} and {DigitClassifier.WeightsFile}");
        using DigitClassifier classifier = DigitClassifier.Load(judge);
        if (classifier.Times is { } times)
            throw new WorkbookException($"{request.Classifier} is told how noisy a digit is (T = {times}): "
                + $"judge by one for clean digits, such as {DefaultClassifier}.");
        using var scope = torch.NewDisposeScope();
        using GeneratedSamples? draws = request.IsFile ? null : Draw(request);
        (torch.Tensor samples, torch.Tensor? asked) = draws is null ? Read(request.What) : (draws.Samples, draws.Labels());
        SampleQuality quality = SampleQuality.Of(samples, classifier, asked);
        Console.WriteLine(quality);
        if (request.Json)
        {
            var numbers = new Dictionary<string, object>
            {
                ["count"] = quality.Count,
                ["sure"] = quality.Sure,
                ["shares"] = quality.Shares,
                ["frechet"] = quality.Frechet.Value,
                ["floor"] = quality.Floor.Value,
                ["ratio"] = quality.Ratio.Value,
                ["sure_interval"] = (double[])[quality.SureInterval.Low, quality.SureInterval.High],
            };
            Error("frechet", quality.Frechet);
            Error("floor", quality.Floor);
            Error("ratio", quality.Ratio);
            Overlap("", quality.PrecisionRecall);
            Overlap("_floor", quality.PrecisionRecallFloor);
            if (quality.RatioAtTestShares is { } looks) numbers["ratio_at_test_shares"] = looks;
            if (quality.Followed is { } share) numbers["as_asked"] = share;
            Console.WriteLine(JsonSerializer.Serialize(numbers));

            void Overlap(string of, PrecisionRecall? found)
            {
                if (found is not null) (numbers["precision" + of], numbers["recall" + of]) = (found.Precision, found.Recall);
            }

            void Error(string name, Estimate of)
            {
                if (!double.IsNaN(of.StandardError)) numbers[name + "_error"] = of.StandardError;       // JSON has no NaN
            }
        }
        return ExitCode.Good;
    }

    static (torch.Tensor Samples, torch.Tensor? Asked) Read(string file)
    {
        using var tensors = SafeTensors.Open(file);
        if (!tensors.Tensors.ContainsKey(Samples))
            throw new WorkbookException($"{Shown.Path(file)} has no tensor {Samples}: expected what workbook sample writes.");
        torch.Tensor stored = tensors.Read(Samples);
        torch.Tensor? asked = tensors.Tensors.ContainsKey(Asked) ? tensors.Read(Asked) : null;
        return stored.is_floating_point() ? (stored.to(torch.ScalarType.Float32), asked)
            : throw new WorkbookException($"{Shown.Path(file)}: {Samples} holds {stored.dtype}, expected "
                + "floating-point values in [−1, 1].");
    }

    static GeneratedSamples Draw(Request request)
    {
        using PretrainedModel model = PretrainedModel.Open(ModelFolder.Find(request.What));
        if (model.Network.Config.InChannels != 1 || model.Size != Mnist.Size)
            throw new WorkbookException($"{request.What} draws images of {model.Network.Config.InChannels} channels "
                + $"and {model.Size} pixels, expected 1 channel and {new ImageSize(Mnist.Size, Mnist.Size)}: only digits are judged.");
        if (request.Steps > model.Scheduler.Steps)
            throw new WorkbookException($"--steps {request.Steps} is more than the model's T = {model.Scheduler.Steps}: choose 1 to "
                + $"{model.Scheduler.Steps}.");
        if (model.Network.Config.Classes < DigitClassifier.Classes)
            throw new WorkbookException($"{request.What} knows {model.Network.Config.Classes} classes, expected one for "
                + "each of the ten digits.");
        Sampler sampler = model.Scheduler.Sampler(request.Steps ?? Math.Min(DefaultSteps, model.Scheduler.Steps), request.Eta);
        int count = request.Count ?? DefaultCount;
        int[]? classes = model.Network.Config.Classes is null ? null : [.. Enumerable.Range(0, DigitClassifier.Classes)];   // in turn
        long steps = ((count - 1L) / Batch + 1) * sampler.Steps.Count;
        var progress = new Progress();
        progress.Begin(request.What);
        GeneratedSamples draws = model.Draw(sampler, count, request.Seed ?? 0, Batch, progress: step =>
            progress.Say($"step {step}/{steps}"), classes: classes);
        progress.End($"{count} drawn");
        return draws;
    }
}
