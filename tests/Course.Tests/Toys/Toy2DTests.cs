using Course.Toys;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Tests.Toys;

public sealed class Toy2DTests
{
    const int N = 4_000;

    static (double X, double Y)[] Points(Tensor tensor)
    {
        using (tensor)
        {
            Assert.Equal([N, 2], tensor.shape);
            double[] values = tensor.ToDoubles();
            return [.. Enumerable.Range(0, N).Select(i => (values[2 * i], values[2 * i + 1]))];
        }
    }

    [Fact]
    public void Without_noise_moons_lie_on_two_half_circles()
    {
        Compute.Seed(1);
        foreach ((double x, double y) in Points(Toy2D.Moons(N, noise: 0)))
        {
            double upper = Math.Abs(Math.Sqrt(Sq(x + 0.5) + Sq(y + 0.25)) - 1), lower = Math.Abs(Math.Sqrt(Sq(x - 0.5) + Sq(y - 0.25)) - 1);
            Assert.InRange(Math.Min(upper, lower), 0, 1e-5);
        }
    }

    [Fact]
    public void Without_noise_the_roll_grows_with_its_angle()
    {
        Compute.Seed(2);
        foreach ((double x, double y) in Points(Toy2D.SwissRoll(N, noise: 0)))
        {
            double radius = Math.Sqrt(x * x + y * y), angle = 3 * Math.PI * (radius - 0.5) / 1.5;
            Assert.Equal(radius * Math.Cos(angle), x, 1e-4);
            Assert.Equal(radius * Math.Sin(angle), y, 1e-4);
        }
    }

    [Fact]
    public void The_board_fills_exactly_its_eight_dark_squares_evenly()
    {
        Compute.Seed(3);
        var squares = Points(Toy2D.Checkerboard(N)).GroupBy(p => ((int)Math.Floor(p.X), (int)Math.Floor(p.Y))).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(8, squares.Count);
        Assert.All(squares.Keys, square => Assert.Equal(0, Math.Abs(square.Item1 + square.Item2) % 2));
        double error = Math.Sqrt(N * (1 / 8.0) * (7 / 8.0));
        Assert.All(squares.Values, count => Assert.InRange(count, N / 8.0 - 4.5 * error, N / 8.0 + 4.5 * error));
    }

    [Fact]
    public void Eight_gaussians_sit_evenly_on_their_circle()
    {
        Compute.Seed(4);
        var humps = Points(Toy2D.EightGaussians(N, noise: 0)).GroupBy(p => (int)Math.Round(Math.Atan2(p.Y, p.X) / (Math.PI / 4) + 8) % 8).ToList();
        Assert.Equal(8, humps.Count);
        Assert.All(humps.SelectMany(g => g), p => Assert.Equal(1.5, Math.Sqrt(p.X * p.X + p.Y * p.Y), 1e-5));
    }

    [Fact]
    public void No_points_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Toy2D.Moons(0));

    static double Sq(double x) => x * x;
}
