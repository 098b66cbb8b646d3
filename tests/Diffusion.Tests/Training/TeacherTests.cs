using Course.Toys;
using Diffusion.Devices;
using Diffusion.Forward;
using Diffusion.Networks;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Training;
using static TorchSharp.torch;

namespace Diffusion.Tests.Training;

/// <summary>A network that learns what two others say together, and the step past the one, away from the other.</summary>
public sealed class TeacherTests
{
    static Mlp Drawn(long seed)
    {
        Compute.Seed(seed);
        return new Mlp(2, 64, layers: 2);
    }

    static double[] Weights(Denoiser network) => [.. network.parameters().SelectMany(p => p.ToDoubles())];

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(0)]
    public void Guided_by_a_weaker_network_it_goes_past_the_good_one_where_it_is_asked_to(double w)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using Mlp good = Drawn(1), weaker = Drawn(2);
        Tensor x = randn(4, 2), t = tensor(new long[] { 199, 200, 700, 701 });
        double[] a = good.Predict(x, t).ToDoubles(), b = weaker.Predict(x, t).ToDoubles();
        double[] everywhere = [.. a.Zip(b, (one, other) => other + w * (one - other))];
        double[] inside = [.. everywhere.Select((value, i) => i / 2 is 1 or 2 ? value : a[i])];
        Equal(everywhere, good.PredictGuided(weaker, x, t, w));
        Equal(inside, good.PredictGuided(weaker, x, t, w, (200, 700)));
        Assert.Contains(a.Zip(b), pair => Math.Abs(pair.First - pair.Second) > 0.01);
        Assert.StartsWith("The guidance is NaN", Assert.Throws<ArgumentOutOfRangeException>(() => good.PredictGuided(weaker, x, t, double.NaN)).Message);

        static void Equal(double[] expected, Tensor found) => Assert.All(expected.Zip(found.ToDoubles()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData(Parameterization.Epsilon)]
    [InlineData(Parameterization.V)]
    [InlineData(Parameterization.X0)]
    public void What_it_is_taught_belongs_to_a_picture(Parameterization target)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using Mlp good = Drawn(1), weaker = Drawn(2);
        NoiseSchedule schedule = NoiseSchedule.Linear();
        Tensor x = 0.9 * randn(500, 2), t = randint(1, 1001, 500, dtype: ScalarType.Int64);
        double[] x0 = As(good.PredictGuided(weaker, x, t, 2)), taught = As(good.AwayFrom(weaker, schedule, target, 2)(x, t, null));
        Assert.All(x0.Zip(taught), pair => Assert.Equal(Math.Clamp(pair.First, -1, 1), pair.Second, 1e-3));     // √(1−ᾱ)/√ᾱ is 157 at t = T: float32's rounding times that, twice
        Assert.InRange(x0.Count(value => Math.Abs(value) < 1), 50, 950);

        double[] As(Tensor said) => new Prediction(schedule, x, t, said, target).As(Parameterization.X0).ToDoubles();
    }

    [Fact]
    public void A_network_learns_to_say_alone_what_two_say_together()
    {
        using var scope = NewDisposeScope();
        using Mlp good = Drawn(1), weaker = Drawn(2), elsewhere = Drawn(3);
        NoiseSchedule schedule = NoiseSchedule.Linear();
        using Tensor data = Toy2D.Moons(1000);
        using Denoiser network = good.Copy();
        using var trainer = new Trainer(network, schedule, data, new() { Steps = 800, BatchSize = 128, Teacher = "two" }, teacher: (x, t, y) => good.PredictGuided(weaker, x, t, 2));
        double before = Distance(network), apart = Distance(elsewhere);
        double[] goodBefore = Weights(good), weakerBefore = Weights(weaker);
        foreach (TrainingStep _ in trainer.Run()) { }
        Assert.InRange(Distance(trainer.Average), 0, 0.03 * before);
        Assert.True(apart > before / 3, "The distance tells networks apart.");
        Assert.Equal(goodBefore, Weights(good));
        Assert.Equal(weakerBefore, Weights(weaker));
        Assert.InRange(trainer.MeanLoss(), 0, 0.2 * before);        // of the whole training: the loss is the distance from what is taught

        double Distance(Denoiser of)
        {
            using var noGraph = no_grad();
            Compute.Seed(9);
            Tensor t = randint(1, 1001, 2000, dtype: ScalarType.Int64), x = new ForwardProcess(schedule).Sample(Toy2D.Moons(2000), t, randn(2000, 2));
            return (of.Predict(x, t) - good.PredictGuided(weaker, x, t, 2)).square().mean().item<float>();
        }
    }
}
