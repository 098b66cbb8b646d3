using System.Diagnostics;
using Diffusion.Devices;
using Diffusion.Networks;
using Shared.Tensors;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests;

/// <summary>The size that faces have, half a minute on two idle cores: set WORKBOOK_LONG_TESTS=1 to run it.</summary>
public sealed class FullSizeTests(ITestOutputHelper report)
{
    sealed class LongFactAttribute : FactAttribute
    {
        public LongFactAttribute()
        {
            if (Environment.GetEnvironmentVariable("WORKBOOK_LONG_TESTS") != "1") Skip = "Half a minute and more: set WORKBOOK_LONG_TESTS=1.";
        }
    }

    static readonly UNetConfig faces = UNetConfigJson.Read(Golden.Folder("../../data/faces/config.json"));

    [LongFact]
    public void A_network_for_faces_of_256_by_256_is_built_saved_loaded_and_run_within_4_GB()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        Compute.Seed(81);
        var clock = Stopwatch.StartNew();
        using (var random = new UNet(faces))
        {
            Assert.Equal(113_673_219, random.parameters().Sum(parameter => parameter.numel()));
            Say("built");
            random.Save(scratch.Folder);
            Say("saved");
        }
        using (UNetFolder.Load(scratch.Folder)) Say("loaded");
        using UNet network = UNetFolder.Load(scratch.Folder);
        Say("loaded again");
        using Tensor ε = network.Predict(randn(1, 3, 256, 256), 1000);
        Say("run");
        Assert.True(ε.isfinite().all().item<bool>());

        void Say(string what)
        {
            using var process = Process.GetCurrentProcess();
            report.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:0.00} s, {process.WorkingSet64 / 1e9:0.00} GB resident, "
                + $"{process.PeakWorkingSet64 / 1e9:0.00} GB at most");
            Assert.True(process.WorkingSet64 < 4_000_000_000, $"{what}: {process.WorkingSet64:N0} bytes resident");
            clock.Restart();
        }
    }
}
