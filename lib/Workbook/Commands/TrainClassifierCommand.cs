using System.CommandLine;
using System.Diagnostics;
using Course.Datasets;
using Course.Evaluation;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Models;
using Diffusion.Schedules;
using Diffusion.Training;
using Notebooks;
using Notebooks.Running;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook train-classifier</c>: trains a network that reads digits, to measure with what others draw.</summary>
static class TrainClassifierCommand
{
    const int Batch = 128, DefaultEpochs = 12;
    const double LearningRate = 3e-3, Decay = 0.998;
    static readonly int[] testedTimes = [0, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000];

    internal static Command Build()
    {
        Option<string> output = SharedOptions.ModelOutput("The classifier's folder, written when the training is done.");
        var noisy = new Option<bool>("--noisy")
        {
            Description = "Learns to read x_t, told t: of t uniform in 1 to 1000 of the linear schedule.",
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "How often each of the 60,000 training digits is seen.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultEpochs,
        };
        Option<long?> seed = SharedOptions.Seed("With it everything else is decided.");
        SharedOptions.RequireFromOne(10_000, epochs);

        var command = new Command("train-classifier", "Trains a classifier of digits, the measure of workbook evaluate.")
        {
            output, noisy, epochs, seed,
        };
        command.SetAction(parsed =>
            Library.Run(() => Run(parsed.GetValue(output)!, parsed.GetValue(noisy), parsed.GetValue(epochs), parsed.GetValue(seed) ?? 0)));
        return command;
    }

    static int Run(string folder, bool noisy, int epochs, long seed)
    {
        if (File.Exists(Path.Combine(folder, DigitClassifier.ConfigFile)))
            throw new WorkbookException($"{Shown.Path(folder)} holds a finished model: choose another folder.");
        using var stop = new StopSignal();      // also while the digits are read
        NewFolder.Prepare(folder, DigitClassifier.ConfigFile);
        NoiseSchedule? schedule = noisy ? NoiseSchedule.Linear() : null;
        using Mnist digits = Mnist.Load();
        Compute.Seed(seed);
        using var network = new DigitClassifier(schedule?.T) { BodyType = Compute.FastBodyType };
        long steps = epochs * (digits.Count / Batch);
        var options = new TrainingOptions
        {
            Steps = steps,
            BatchSize = Batch,
            LearningRate = LearningRate,
            EmaDecay = Decay,
            Seed = seed,
            WarmUpSteps = (int)Math.Min(200, steps / 10),
        };
        using var trainer = new ClassifierTrainer(network, digits, options, schedule);
        if (Train(trainer, Shown.Path(folder), stop) is not { } losses) return ExitCode.Interrupted;
        trainer.Average.Save(folder);
        TrainingFolder.SaveCurve(folder, losses);
        using DigitClassifier saved = DigitClassifier.Load(folder);     // as others will measure with it: rounded to half precision
        Report(saved, schedule, seed);
        return ExitCode.Good;
    }

    /// <summary>The loss curve; null where it was stopped.</summary>
    static List<(long Step, double Loss)>? Train(ClassifierTrainer trainer, string name, StopSignal stop)
    {
        var losses = new List<(long Step, double Loss)>();
        var line = new Progress();
        line.Begin(name);
        var pace = Stopwatch.StartNew();
        long of = trainer.Options.Steps, every = Math.Max(1, of / 100);
        foreach (long done in trainer.Run())
        {
            if (stop.IsRequested)
            {
                line.End($"step {done:N0}/{of:N0}");
                Console.Error.WriteLine($"Stopped after step {done:N0} of {of:N0}: nothing was written.");
                return null;
            }
            if (done % every != 0 && done != of) continue;
            losses.Add((done, trainer.MeanLoss()));
            if (done < of)
                line.Say($"step {done:N0}/{of:N0} · loss {losses[^1].Loss:0.0000} · "
                    + $"{done * Batch / pace.Elapsed.TotalSeconds:N0} digits/s");
        }
        line.End($"step {of:N0}/{of:N0} · loss {losses[^1].Loss:0.0000}");
        return losses;
    }

    // On the 10,000 test digits.
    static void Report(DigitClassifier classifier, NoiseSchedule? schedule, long seed)
    {
        using Mnist test = Mnist.Load(MnistSplit.Test);
        if (schedule is null)
        {
            using DigitReading reading = classifier.Read(test.Images);
            Console.WriteLine($"reads {reading.Accuracy(test.Labels):0.00%} of the 10,000 test digits, "
                + $"is sure of {reading.ShareSure(SampleQuality.Threshold):0.0%}");
            return;
        }
        var forward = new ForwardProcess(schedule);
        Compute.Seed(seed);
        foreach (int t in testedTimes)
        {
            using TorchSharp.torch.Tensor xt = forward.Sample(test.Images, t);
            Console.WriteLine($"t = {t,4}  reads {classifier.Accuracy(xt, test.Labels, t):0.00%} of the 10,000 test digits");
        }
    }
}
