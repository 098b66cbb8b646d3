using Course.Brownian;
using Course.Evaluation;
using Diffusion.Devices;
using Shared.Tensors;
using TorchSharp;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Tests.Brownian;

public sealed class InkDropTests
{
    [Fact]
    public void The_crowd_obeys_the_heat_equation_from_the_first_moment_to_the_last()
    {
        Compute.Seed(1);
        using var ink = new InkDrop(1_000_000);
        foreach (InkFrame frame in ink.Frames(4, dt: 3, binsX: 48, binsY: 32))
        {
            ChiSquared test = ChiSquared.Test(frame.Counts, frame.ExpectedCounts);
            Assert.InRange(test.Statistic, 0, test.CriticalValue());
            Assert.Equal(1_000_000, frame.Particles);
        }
        Assert.Equal(9, ink.Time, 1e-12);
        // and the test can fail: the same counts against the picture a tenth of that time later
        double[,] wrong = ink.Glass.Probabilities(ink.Time + 0.9, 48, 32);
        double[,] counts = ink.Observe(48, 32).Counts;
        Assert.True(ChiSquared.Test(counts.Cast<double>(), wrong.Cast<double>().Select(p => 1e6 * p)).PValue < 1e-6);
    }

    [Fact]
    public void Steps_far_longer_than_the_glass_are_exact_too()
    {
        Compute.Seed(2);
        using var ink = new InkDrop(200_000, new Glass(Width: 0.5, Height: 2, D: 1, DropX: 0, DropY: 2, DropSize: 0.01));
        ink.Step(0.3);
        InkFrame once = ink.Observe(10, 10);
        Assert.InRange(ChiSquared.Test(once.Counts, once.ExpectedCounts).PValue, 1e-4, 1);
        ink.Step(1e4);
        InkFrame late = ink.Observe(10, 10);
        Assert.InRange(ChiSquared.Test(late.Counts, late.ExpectedCounts).PValue, 1e-4, 1);
        double[] p = ink.Position.ToDoubles();
        Assert.InRange(p[..200_000].Min(), 0, 0.01);
        Assert.InRange(p[..200_000].Max(), 0.49, 0.5);
        Assert.InRange(p[200_000..].Max(), 1.99, 2);
    }

    [Fact]
    public void Counting_is_what_counting_by_hand_gives()
    {
        Compute.Seed(3);
        using var ink = new InkDrop(40_000, traced: 3);
        ink.Step(4);
        InkFrame frame = ink.Observe(7, 5);
        double[] p = ink.Position.ToDoubles();
        var counts = new double[5, 7];
        for (int i = 0; i < 40_000; i++) counts[Min(4, (int)(p[40_000 + i] * 5)), Min(6, (int)(p[i] / 1.5 * 7))]++;
        Assert.InRange(counts.Cast<double>().Zip(frame.Counts.Cast<double>(), (a, b) => Abs(a - b)).Sum(), 0, 4);       // float32 may put one beside the edge
        Assert.Equal([(p[0], p[40_000]), (p[1], p[40_001]), (p[2], p[40_002])], frame.Traced);
        Assert.Equal(1, frame.Density.Cast<double>().Sum() * 1.5 / 35, 1e-12);
        Assert.Equal(frame.Density, ink.Density(7, 5));
    }

    [Fact]
    public void Coarse_grained_entropy_rises_to_its_maximum()
    {
        Compute.Seed(4);
        using var ink = new InkDrop(200_000);
        double[] entropies = [.. ink.Frames(12, ink.Glass.RelaxationTime / 2, 24, 16).Select(frame => frame.Entropy)];
        double bias = (24 * 16 - 1) / 4e5, noise = 1e-3;
        for (int i = 1; i < entropies.Length; i++) Assert.True(entropies[i] > entropies[i - 1] - noise);
        Assert.Equal(Log(24 * 16), ink.Observe(24, 16).MaximumEntropy, 1e-12);
        Assert.InRange(entropies[^1], Log(24 * 16) - 2 * bias - noise, Log(24 * 16));
        Assert.Equal(Log(2), InkFrame.EntropyOf(new double[,] { { 3, 0, 3 } }), 1e-12);
        Assert.Equal(InkFrame.EntropyOf(ink.Glass.Probabilities(ink.Time, 24, 16)), entropies[^1], 2 * bias);
    }

    [Fact]
    public void Frames_are_lazy_snapshots_and_the_seed_decides_all()
    {
        Compute.Seed(5);
        using var ink = new InkDrop(1_000);
        var frames = ink.Frames(3, 1);
        Assert.Equal(0, ink.Time);
        InkFrame[] kept = [.. frames];
        Assert.Equal([0, 1, 2], kept.Select(frame => frame.Time));
        Assert.NotEqual(kept[0].Counts, kept[2].Counts);
        Compute.Seed(5);
        using var again = new InkDrop(1_000);
        Assert.Equal(kept[2].Counts, again.Frames(3, 1).Last().Counts);
    }

    [Fact]
    public void One_molecule_is_ink_too()
    {
        using var ink = new InkDrop(1, traced: 9);
        InkFrame frame = ink.Frames(2, 1, 1, 1).Last();
        Assert.Equal((1, 0, 1), (frame.Counts[0, 0], frame.Entropy, frame.Traced.Count));
    }

    [Fact]
    public void A_step_leaves_nothing_behind_and_frames_hold_no_scope_open()
    {
        using var ink = new InkDrop(100_000);
        _ = ink.Frames(2, 0.1).Last();
        long before = LiveTensors.Settled();
        foreach (InkFrame frame in ink.Frames(5, 0.1))
        {
            using Tensor outside = zeros(1);        // would belong to a scope that the generator had left open
            Assert.Equal(before + 1, Tensor.TotalCount);
        }
        Assert.Equal(before, Tensor.TotalCount);
        ink.Dispose();
        Assert.Equal(before - 3, Tensor.TotalCount);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using var ink = new InkDrop(100_000);       // six whole slices and a rest
        void Steps()
        {
            for (int i = 0; i < 20; i++) ink.Step(0.1);
        }
        Steps();
        (long tensors, long bytes) = (Created(), GC.GetAllocatedBytesForCurrentThread());
        Steps();
        (long tensorsAfter, long bytesAfter) = (Created(), GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal((0, 0), (tensorsAfter - tensors, bytesAfter - bytes));
        using Tensor one = zeros(1);                // and both counts do count
        Assert.True(Created() > tensorsAfter && GC.GetAllocatedBytesForCurrentThread() > bytesAfter);

        static long Created() =>
            DisposeScopeManager.Statistics.TensorStatistics.CreatedInScopeCount + DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;
    }

    [Theory]
    [InlineData(1, 0.01)]
    [InlineData(1.5, 1)]
    [InlineData(0.3f, 300)]
    public void Walls_fold_a_free_path_as_a_bouncing_one_goes(float L, double σ)
    {
        using var scope = NewDisposeScope();
        Compute.Seed(6);
        float[] x = rand(1003, device: CPU).mul_(L).data<float>().ToArray(), kicks = randn(1003, device: CPU).mul_(σ).data<float>().ToArray(), moved = [.. x];
        Walls.Move(moved, kicks, L);
        for (int i = 0; i < x.Length; i++)
        {
            double z = (double)x[i] + kicks[i], round = z - 2 * L * Floor(z / (2 * L));     // [0, 2L)
            Assert.InRange(moved[i], 0, L);
            Assert.Equal(round <= L ? round : 2 * L - round, moved[i], 1e-6 * (1 + Abs(z)));   // float32: 6e-8 of the longest number on the way
        }
    }

    [Fact]
    public void Ink_survives_the_scope_it_was_dropped_in()
    {
        InkDrop ink;
        using (NewDisposeScope()) ink = new InkDrop(100);
        ink.Step(1);
        Assert.Equal(100, ink.Observe(2, 2).Particles);
        ink.Dispose();
    }

    [Fact]
    public void What_is_no_ink_is_refused()
    {
        Assert.Contains("particles is 0", Assert.Throws<ArgumentOutOfRangeException>(() => new InkDrop(0)).Message);
        Assert.Contains("Width is -1", Assert.Throws<ArgumentOutOfRangeException>(() => new InkDrop(10, new Glass(Width: -1))).Message);
        Assert.Contains("inside the glass", Assert.Throws<ArgumentOutOfRangeException>(() => new InkDrop(10, new Glass(DropX: 2))).Message);
        Assert.Contains("thousandth", Assert.Throws<ArgumentOutOfRangeException>(() => new InkDrop(10, new Glass(DropSize: 0))).Message);
        using var ink = new InkDrop(10);
        Assert.Contains("dt is 0", Assert.Throws<ArgumentOutOfRangeException>(() => ink.Step(0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ink.Observe(0, 5));
    }
}
