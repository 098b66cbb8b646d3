using Course.Display;
using Diffusion.Devices;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Course.Tests.Display;

public class TrainingProgressTests
{
    [Fact]
    public void It_passes_every_step_on_keeps_the_mean_losses_and_ends_with_what_it_took()
    {
        Compute.Seed(1);
        using Tensor data = randn(64, 2);
        using var trainer = new Trainer(new Mlp(2, 16, 1), NoiseSchedule.Linear(), data, new TrainingOptions { Steps = 250, BatchSize = 32 });
        var lines = new List<string>();
        var each = new List<double>();
        var progress = new TrainingProgress(trainer, lines.Add);
        foreach (TrainingStep step in progress.Run()) each.Add(step.Loss.item<float>());

        Assert.Equal(250, each.Count);
        Assert.StartsWith("step 1/250", lines[0]);
        Assert.Matches(@"^step 250/250 · loss 0\.\d{4} · [\d,]+ images/s · took \d+ s$", lines[^1]);
        Assert.Equal(Enumerable.Range(1, 125).Select(i => 2L * i), trainer.Losses.Select(point => point.Step));
        Assert.All(trainer.Losses, point => Assert.Equal((each[(int)point.Step - 2] + each[(int)point.Step - 1]) / 2, point.Loss, 1e-6));
    }

    [Fact]
    public void A_loss_far_above_its_lowest_is_called_so()
    {
        Compute.Seed(1);
        using Tensor data = zeros(64, 2);       // so ε is x_t but for a factor, and soon learned
        using var network = new Mlp(2, 16, 1);
        using var trainer = new Trainer(network, NoiseSchedule.Linear(), data, new TrainingOptions { Steps = 400, BatchSize = 64 });
        var progress = new TrainingProgress(trainer, _ => { });
        string before = "";
        foreach (TrainingStep step in progress.Run())
            if (step.Number == 380)
                using (no_grad())
                {
                    before = progress.ToString();
                    foreach (var weights in network.parameters()) weights.mul_(30);
                }

        Assert.DoesNotContain("had been", before);
        Assert.Matches(@"· loss \d+\.\d{4}, had been 0\.\d{4}: begin again with a lower learning rate · ", progress.ToString());
    }
}
