using System.Diagnostics;
using Course.Classroom;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Tests.Classroom;

public class SharedCoresTests
{
    [Theory]
    [InlineData(0.3, 2, 2, false, false)]   // an editor that draws now and then
    [InlineData(0.66, 2, 2, false, true)]   // one that never rests, beside two threads that spin
    [InlineData(0.5, 2, 2, true, true)]     // and when they no longer do
    [InlineData(0.3, 2, 2, true, false)]
    [InlineData(4, 16, 8, false, false)]    // half the cores are nobody's
    [InlineData(9, 16, 8, false, true)]
    [InlineData(5, 2, 1, false, false)]     // one thread waits for nobody
    public void Threads_make_room_where_they_no_longer_fit(double others, double cores, int threads, bool already, bool crowded) =>
        Assert.Equal(crowded, SharedCores.Crowded(others, cores, threads, already));

    [Fact]
    public void Beside_programs_that_never_rest_idle_threads_sleep_soon()
    {
        if (!OperatingSystem.IsLinux() || Compute.Device.type != TorchSharp.DeviceType.CPU || get_num_threads() == 1) return;
        Compute.Seed(2);
        using Tensor images = randn(16, 32, 14, 14), weights = randn(32, 32, 3, 3);
        double[] alone = Convolved();
        Process[] busy = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"]))];
        try
        {
            Assert.True(SpinWait.SpinUntil(() => SharedCores.AreWanted, TimeSpan.FromSeconds(30)));
            Assert.Equal(alone, Convolved());       // bit for bit
        }
        finally
        {
            foreach (Process program in busy) program.Kill();
        }

        double[] Convolved()
        {
            using Tensor there = nn.functional.conv2d(images, weights, padding: [1, 1]);
            return there.ToDoubles();
        }
    }
}
