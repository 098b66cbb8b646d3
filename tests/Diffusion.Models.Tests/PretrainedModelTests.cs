using Course.Display;
using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests;

public sealed class PretrainedModelTests : IDisposable
{
    static readonly UNetConfig small = SmallUNet.Config with { SampleSize = new ImageSize(8, 12) };

    // In batches of another size the network rounds differently, in each of its two dozen layers; x̂₀ has that error of ε enlarged by 1/√ᾱ_t, at each of the ten times.
    static readonly double Rounding =
        24 * Math.Pow(2, -24) * ReverseTimes.Times(1000, 10).Sum(t => 1 / Math.Sqrt(NoiseSchedule.Linear().AlphaBar[t]));

    readonly Golden.Scratch scratch = new();
    readonly PretrainedModel model;

    public PretrainedModelTests()
    {
        Save(scratch["model"], small);
        model = PretrainedModel.Open(scratch["model"]);
    }

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    static void Save(string folder, UNetConfig config)
    {
        Compute.Seed(1);
        using var network = new UNet(config);
        network.Save(folder);
        SchedulerConfig.Save(folder, NoiseSchedule.Linear());
    }

    double[] Samples(int count, long seed, int batch, int steps = 10, double? eta = null)
    {
        using GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(steps, eta), count, seed, batch);
        return draws.Samples.ToDoubles();
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_whatever_was_drawn_before()
    {
        double[] first = Samples(3, 7, 3);
        Compute.Seed(99);
        Assert.Equal(first, Samples(3, 7, 3));
        Assert.NotEqual(first, Samples(3, 8, 3));
        Assert.NotEqual(first, Samples(3, -7, 3));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.7)]
    public void A_sample_does_not_depend_on_the_batch_nor_on_how_many_there_are(double? eta)
    {
        double[] together = Samples(5, 3, 5, eta: eta);
        Assert.InRange(together.Zip(Samples(5, 3, 2, eta: eta), (a, b) => Math.Abs(a - b)).Max(), 0, Rounding);
        Assert.InRange(together.Zip(Samples(2, 3, 64, eta: eta), (a, b) => Math.Abs(a - b)).Max(), 0, Rounding);
        double[][] each = [.. together.Chunk(8 * 12)];
        Assert.InRange(each[0].Zip(each[1], (a, b) => Math.Abs(a - b)).Max(), 0.01, 2);    // and no two are alike
    }

    [Fact]
    public void Eta_chooses_ddim_and_without_it_the_file_speaks()
    {
        Sampler own = model.Scheduler.Sampler(10), ddim = model.Scheduler.Sampler(10, 0.3);
        Assert.Equal((ReverseVariance.Posterior, true), (own.Variance, own.RecomputesNoise));
        Assert.Equal((ReverseVariance.Scaled(0.3), true, 1.0, Parameterization.Epsilon), (ddim.Variance, ddim.RecomputesNoise, ddim.Clip!.Value, ddim.Parameterization));
        Assert.Equal(Sampler.Ddim(model.Scheduler.Schedule, 10).Steps, ddim.Steps);
        // η = 1 with ε̂ recomputed is the file's DDPM, along the same times.
        using GeneratedSamples a = model.Draw(own, 2, 5), b = model.Draw(model.Scheduler.Sampler(10, 1), 2, 5), c = model.Draw(ddim, 2, 5);
        Assert.InRange((a.Samples - b.Samples).abs().max().item<float>(), 0, Rounding);
        Assert.InRange((a.Samples - c.Samples).abs().max().item<float>(), 0.01, 2);
    }

    [Fact]
    public void A_trajectory_begins_with_the_noise_and_ends_with_the_samples_and_changes_nothing()
    {
        var told = new List<int>();
        using GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(10), 3, 4, batch: 2, frames: 4, told.Add);
        Assert.Equal([901, 601, 301, 0], draws.Times);
        Assert.Equal([4, 3, 1, 8, 12], draws.Trajectory!.shape);
        Assert.Equal(Enumerable.Range(1, 20), told);
        using var noise = new SeededNoise(4, 0, 3, 1, 8, 12);
        Assert.Equal(noise.Next().ToDoubles(), draws.Trajectory[0].ToDoubles());
        Assert.Equal(draws.Samples.ToDoubles(), draws.Trajectory[3].ToDoubles());
        Assert.InRange(draws.Samples.abs().max().item<float>(), 0, 1);
        Assert.Equal(Samples(3, 4, 2), draws.Samples.ToDoubles());
        using GeneratedSamples whole = model.Draw(model.Scheduler.Sampler(3), 1, 4, frames: 33);
        Assert.Equal([667, 334, 1, 0], whole.Times);
    }

    [Fact]
    public void Drawing_leaves_nothing_behind()
    {
        Draw(2);
        GC.Collect();       // what other tests left to the garbage collector must not go while we count
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Settled();
        Draw(7);
        Assert.Equal(before, Tensor.TotalCount);

        void Draw(int count) => model.Draw(model.Scheduler.Sampler(5), count, 1, batch: 2, frames: 3).Dispose();
    }

    [Fact]
    public void Draws_are_written_as_picture_animation_and_tensors()
    {
        using (GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(5), 3, 1, frames: 4))
        {
            foreach (string ending in SamplesFile.Endings) draws.Save(scratch["with" + ending]);
            Assert.Contains("'.jpg', expected .png, .gif, .safetensors", Assert.Throws<ArgumentException>(() => draws.Save(scratch["x.jpg"])).Message);
            using var file = SafeTensors.Open(scratch["with.safetensors"]);
            Assert.Equal(["samples", "times", "trajectory"], file.Tensors.Keys.Order());
            using Tensor samples = file.Read("samples"), times = file.Read("times");
            Assert.Equal(draws.Samples.ToDoubles(), samples.ToDoubles());
            Assert.Equal(draws.Times, times.ToDoubles().Select(t => (int)t));
        }
        using (GeneratedSamples draws = model.Draw(model.Scheduler.Sampler(5), 3, 1))
        {
            Assert.Null(draws.Trajectory);
            draws.Save(scratch["without.png"]);
            Assert.Contains("trajectory", Assert.Throws<ArgumentException>(() => draws.Save(scratch["x.gif"])).Message);
        }
        using var film = new ImageMagick.MagickImageCollection(scratch["with.gif"]);
        Assert.Equal(4, film.Count);
        using ImageMagick.MagickImage strip = new(scratch["with.png"]), grid = new(scratch["without.png"]);
        Assert.True(strip.Width > grid.Width && strip.Height > grid.Height);        // 4 × 3 images and labels, 2 × 2 images
        Assert.DoesNotContain(Directory.GetFiles(scratch.Folder), name => name.EndsWith(".part"));
    }

    [Fact]
    public void A_pipelines_folder_opens_too()
    {
        Directory.CreateDirectory(scratch["pipeline/scheduler"]);
        Directory.Move(scratch["model"], scratch["pipeline/unet"]);
        File.Move(scratch["pipeline/unet/scheduler_config.json"], scratch["pipeline/scheduler/scheduler_config.json"]);
        using PretrainedModel pipeline = PretrainedModel.Open(scratch["pipeline"]);
        using GeneratedSamples draws = pipeline.Draw(pipeline.Scheduler.Sampler(10), 2, 3);
        Assert.Equal(Samples(2, 3, 2), draws.Samples.ToDoubles());
    }

    [Fact]
    public void A_model_that_cannot_draw_is_refused_in_one_sentence()
    {
        Save(scratch["any"], small with { SampleSize = null });
        Save(scratch["odd"], small with { SampleSize = 7 });
        Assert.Contains("sample_size is null", Refused<InvalidDataException>(scratch["any"]));
        Assert.Contains("Images of 7×7 do not fit", Refused<InvalidDataException>(scratch["odd"]));
        Assert.Contains("out_channels is 2 and in_channels 1", Refused<InvalidDataException>(Golden.Folder("tiny-options")));
        File.Delete(scratch["model/scheduler_config.json"]);
        Assert.Contains("scheduler_config.json", Refused<FileNotFoundException>(scratch["model"]));
        Assert.Contains("config.json", Refused<FileNotFoundException>(scratch["nowhere"]));
        Assert.Contains("GB of memory", Assert.Throws<InvalidOperationException>(() => model.Draw(model.Scheduler.Sampler(), int.MaxValue, 1, frames: 33)).Message);
        using (no_grad()) model.Network.get_parameter("conv_out.bias")!.fill_(double.NaN);
        Assert.Contains("not finite", Assert.Throws<InvalidDataException>(() => model.Draw(model.Scheduler.Sampler(2), 1, 1)).Message);

        static string Refused<E>(string folder) where E : Exception => Assert.Throws<E>(() => PretrainedModel.Open(folder)).Message;
    }
}
