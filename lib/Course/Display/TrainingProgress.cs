using System.Diagnostics;
using Diffusion.Training;
using Figures.Display;

namespace Course.Display;

/// <summary>
/// Shows how far a training is while it runs, <c>step 120/800 · loss 0.0412 · 212 images/s · 1 min 20 s left</c>, in place where the front
/// end can, and takes the loss curve: about a hundred points of <see cref="Trainer.Losses"/>. A loss that has jumped far above its lowest
/// is called so: a training can come apart without its numbers ceasing to be numbers.
/// </summary>
/// <param name="trainer">The training.</param>
/// <param name="show">Where each line goes; the running cell's output unless said otherwise.</param>
public sealed class TrainingProgress(Trainer trainer, Action<string>? show = null)
{
    const int Points = 100;     // of the loss curve
    const double Apart = 10;    // times the lowest point: far beyond what the luck of the draws does to a mean
    static readonly TimeSpan often = TimeSpan.FromSeconds(0.5), rarely = TimeSpan.FromSeconds(15);

    readonly Stopwatch elapsed = new();
    long stepsBefore;
    IShown? shown;

    /// <summary>The trainer's steps, passed on.</summary>
    public IEnumerable<TrainingStep> Run()
    {
        long every = Math.Max(1, trainer.Options.Steps / Points);
        stepsBefore = trainer.StepsDone;
        elapsed.Restart();
        TimeSpan next = TimeSpan.Zero;
        foreach (TrainingStep step in trainer.Run())
        {
            if (step.Number % every == 0 || step.Number == step.Of) trainer.MeanLoss();
            if (elapsed.Elapsed >= next)
            {
                Show();
                next = elapsed.Elapsed + (shown is { Replaces: false } ? rarely : often);
            }
            yield return step;
        }
        elapsed.Stop();
        Show();
    }

    /// <summary>The line, as it stands.</summary>
    public override string ToString()
    {
        long done = trainer.StepsDone, of = trainer.Options.Steps;
        double seconds = elapsed.Elapsed.TotalSeconds, perStep = seconds / Math.Max(1, done - stepsBefore);
        string loss = trainer.Losses.Count > 0 ? $" · loss {Loss(trainer.Losses[^1].Loss)}" : "";
        string rate = done > stepsBefore ? $" · {trainer.Options.BatchSize / perStep:N0} images/s" : "";
        return $"step {done:N0}/{of:N0}{loss}{rate} · " + (done < of ? $"{Time(perStep * (of - done))} left" : $"took {Time(seconds)}");
    }

    string Loss(double last)
    {
        double lowest = trainer.Losses.Min(point => point.Loss);
        return $"{last:0.0000}" + (last > Apart * lowest ? $", had been {lowest:0.0000}: begin again with a lower learning rate" : "");
    }

    void Show()
    {
        if (show is not null) show(ToString());
        else if (shown is null) shown = FrontEnd.Show(ToString());
        else shown.Update(ToString());
    }

    static string Time(double seconds) => seconds < 90 ? $"{seconds:0} s" : $"{(int)seconds / 60} min {(int)seconds % 60:00} s";
}
