using System.Diagnostics;
using Course.Brownian;
using Course.Datasets;
using Diffusion.Devices;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Course.Benchmarks;

/// <summary>
/// How fast training, sampling and the ink drop are on this machine, each beside what the machine allows, measured in the same run: a rate
/// without its bound says more of the machine than of the code.
/// </summary>
/// <remarks>The figures of one run belong together. On a shared machine compare only runs that alternate.</remarks>
public sealed record Benchmark
{
    const int Size = 32, GradientBatch = 4;
    const string Model = "mnist-ddpm";     // that draws
    const long InkParticles = 1_000_000;

    /// <summary>Images a training step and a forward pass.</summary>
    public const int Batch = 64;

    /// <summary>
    /// The network that is timed: 3.9 million parameters, widths 32, 64, 128 at 32×32, 16×16 and 8×8, two residual blocks a level, one head
    /// of attention at 8×8.
    /// </summary>
    public static UNetConfig Config { get; } = new()
    {
        SampleSize = Size,
        InChannels = 1,
        OutChannels = 1,
        BlockOutChannels = [32, 64, 128],
        DownBlockTypes = [UNetConfig.DownBlock, UNetConfig.DownBlock, UNetConfig.AttnDownBlock],
        UpBlockTypes = [UNetConfig.AttnUpBlock, UNetConfig.UpBlock, UNetConfig.UpBlock],
        LayersPerBlock = 2,
        AttentionHeadDim = null,
    };

    /// <summary>A few repetitions of everything, in some 20 seconds: good to a tenth or so.</summary>
    public bool Quick { get; init; }

    /// <summary>Takes all 1000 steps of the long walk, however long that is; else a part of them is timed and scaled up.</summary>
    public bool Full { get; init; }

    /// <summary>The type that the body of the timed network computes in, as in JSON: <c>float32</c> or <c>bfloat16</c>.</summary>
    public static string Precision => Body.ToString().ToLowerInvariant();

    /// <summary>Threads that libtorch computes with.</summary>
    public static int Threads => get_num_threads();

    int Repetitions => Quick ? 5 : 15;

    static ScalarType Body => Compute.FastBodyType ?? ScalarType.Float32;

    /// <summary>All figures, each measured when it is asked for.</summary>
    /// <exception cref="DirectoryNotFoundException">The model that draws is not there.</exception>
    public IEnumerable<Measurement> Run()
    {
        string folder = DataFolder.Find(Path.Combine("models", Model));
        Compute.Seed(0);
        using var network = new UNet(Config) { BodyType = Body };
        var work = new NetworkWork(network, Size);
        MachineRates.ConvolutionRate rate = null!;
        foreach (ScalarType type in new[] { ScalarType.Float32, Body }.Distinct())
        {
            rate = MachineRates.Convolutions(work.Largest, Batch, type, Repetitions, Seconds(12));
            string name = type.ToString().ToLowerInvariant();
            yield return new($"conv_{name}_forward_gflops", $"largest convolution, forward, {name}", rate.Forward / 1e9, "GFLOP/s");
            yield return new($"conv_{name}_backward_gflops", $"largest convolution, both gradients, {name}",
                rate.Backward / 1e9, "GFLOP/s");
        }
        double copied = MachineRates.Copy(Repetitions, Seconds(2));
        yield return new("copy_gb_per_s", "copy in memory, read and written", copied / 1e9, "GB/s");

        yield return new("train_images_per_s", $"training step, batch {Batch}, {Precision}", Batch / TrainingStep(network), "images/s",
            rate.TrainingImages(work.Operations), "convolutions alone");
        yield return new("forward_images_per_s", $"forward pass, batch {Batch}, {Precision}",
            Batch / Forward(network, Size, Seconds(6)), "images/s",
            rate.ForwardImages(work.Operations), "convolutions alone");
        yield return new("gradient_cosine", $"gradient against float64, {Precision}, cosine",
            Agreement(network).Cosine, "", 0.999, "at least");
        network.BodyType = null;
        yield return new("gradient_error_float32", "gradient against float64, "
            + "float32, relative error", Agreement(network).RelativeError, "", 1e-4, "at most");

        using PretrainedModel model = PretrainedModel.Open(folder);
        double drawn = Batch / Forward(model.Network, model.Size.Height, Seconds(4));
        yield return new("sample_forward_images_per_s", $"forward pass of {Model}, batch {Batch}", drawn, "images/s");
        foreach (Measurement figure in Sampling(model, model.Scheduler.Sampler(50, eta: 0), drawn, Quick ? 2 : 20)) yield return figure;
        foreach (Measurement figure in Sampling(model, model.Scheduler.Sampler(), drawn,
            Full ? double.PositiveInfinity : Seconds(15))) yield return figure;

        double numbers = MachineRates.NormalNumbers(Repetitions, Seconds(2));
        yield return new("normal_numbers_per_s", "normal random numbers, in the cache", numbers, "/s");
        double moved = InkParticles / InkStep(Seconds(6));
        yield return new("ink_particle_steps_per_s", $"ink drop of {InkParticles:N0} molecules", moved, "molecule steps/s",
            numbers / 2, "two numbers each");
        using var process = Process.GetCurrentProcess();
        double there = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        yield return new("peak_memory_gb", "most memory that the process had", process.PeakWorkingSet64 / 1e9, "GB",
            there / 1e9, "there are");
    }

    double Seconds(double whole) => Quick ? whole / 8 : whole;

    // Seconds of one step of the Trainer, everything included: draws, forward, backward, AdamW, moving average.
    double TrainingStep(UNet network)
    {
        using Tensor images = rand(4 * Batch, 1, Size, Size, device: Compute.Device);
        var options = new TrainingOptions { Steps = 100_000, BatchSize = Batch, LearningRate = 2e-4 };
        using var trainer = new Trainer(network, NoiseSchedule.Linear(), images, options);
        using Denoiser average = trainer.Average;
        using IEnumerator<TrainingStep> steps = trainer.Run().GetEnumerator();
        return Stopwatches.Median(() => steps.MoveNext(), Repetitions, Seconds(25));
    }

    double Forward(UNet network, int size, double budget)
    {
        using Tensor x = randn([Batch, 1, size, size], device: Compute.Device);
        network.eval();
        return Stopwatches.Median(() =>
        {
            using var noGraph = no_grad();
            network.Predict(x, 500);
        }, Repetitions, budget);
    }

    double InkStep(double budget)
    {
        using var ink = new InkDrop(InkParticles);
        return Stopwatches.Median(() => ink.Step(0.01), 10 * Repetitions, budget);
    }

    static GradientAgreement Agreement(UNet network) => GradientAgreement.Of(network, GradientBatch, Size);

    // As `workbook sample` draws, all or as many steps of the walk as the budget holds.
    static IEnumerable<Measurement> Sampling(PretrainedModel model, Sampler sampler, double forwardRate, double budget)
    {
        int all = sampler.Steps.Count, taken = (int)Math.Clamp(budget * forwardRate / Batch, Math.Min(5, all), all);
        Sampler part = sampler with { Steps = [.. sampler.Steps.Take(taken)] };
        double perStep = Stopwatches.Seconds(() => model.Draw(part, Batch, seed: 0, Batch).Dispose()) / taken;
        string what = $"{Batch} digits in {all} steps";
        string? note = taken == all ? null : $"from its first {taken} steps";
        yield return new($"sample_{all}_s", what, all * perStep, "s", all * Batch / forwardRate, "its forward passes take", note);
        yield return new($"sample_{all}_share", $"{what}, share of the forward rate", Batch / perStep / forwardRate,
            "", 0.8, "at least", note);
    }
}
