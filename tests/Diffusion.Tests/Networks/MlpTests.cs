using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Networks;
using Diffusion.Schedules;
using static TorchSharp.torch;

namespace Diffusion.Tests.Networks;

public sealed class MlpTests
{
    [Fact]
    public void It_says_for_points_and_times_which_noise_is_in_them()
    {
        Compute.Seed(51);
        using var scope = NewDisposeScope();
        using var network = new Mlp();
        Tensor x = randn(5, 2), t = tensor(new long[] { 1, 2, 10, 500, 1000 });
        Tensor each = network.Predict(x, t);
        Assert.Equal([5, 2], each.shape);
        for (int i = 0; i < 5; i++)
        {
            Tensor alone = network.Predict(x.narrow(0, i, 1), (int)t[i].item<long>());
            Assert.InRange((each.narrow(0, i, 1) - alone).abs().max().item<float>(), 0, 1e-5);
        }
        Assert.Contains("expected (B, 2)", Assert.Throws<ArgumentException>(() => network.Predict(randn(5, 3), t)).Message);
    }

    [Fact]
    public void It_can_learn_the_noise_of_one_fixed_point()
    {
        // Data that are a single point: ε = (x_t − √ᾱ·c)/√(1−ᾱ) exactly, so the loss can go to nothing.
        Compute.Seed(52);
        using var network = new Mlp(width: 64, layers: 2);
        using var optimiser = optim.Adam(network.parameters(), 3e-3);
        NoiseSchedule schedule = NoiseSchedule.Linear();
        var process = new ForwardProcess(schedule);
        double first = 0, last = 0;
        for (int step = 0; step < 300; step++)
        {
            using var scope = NewDisposeScope();
            Tensor x0 = tensor(new float[] { 1, -0.5f }).expand(256, 2), t = randint(1, 1001, 256), noise = randn(256, 2);
            Tensor loss = (network.Predict(process.Sample(x0, t, noise), t) - noise).pow(2).mean();
            optimiser.zero_grad();
            loss.backward();
            optimiser.step();
            if (step == 0) first = loss.item<float>();
            last = loss.item<float>();
        }
        Assert.True(last < 0.1 && last < first / 5, $"the loss went from {first:0.000} to {last:0.000}");
    }
}
