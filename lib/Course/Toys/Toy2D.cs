using Diffusion.Devices;
using static TorchSharp.torch;

namespace Course.Toys;

/// <summary>Point clouds in the plane, small enough to draw and hard enough to be worth learning: float32 (n, 2), about in [−2,
/// 2].</summary>
public static class Toy2D
{
    /// <summary>Two interleaved half circles of radius 1, centred on the origin.</summary>
    /// <param name="n">Number of points, at least 1.</param>
    /// <param name="noise">Standard deviation of the Gaussian noise added to each coordinate.</param>
    public static Tensor Moons(long n, double noise = 0.06)
    {
        RequirePoints(n);
        using var scope = NewDisposeScope();
        Tensor angle = Uniform(n) * Math.PI, lower = rand(n, device: Compute.Device) < 0.5;
        Tensor x = where(lower, 1 - cos(angle), cos(angle)) - 0.5;
        Tensor y = where(lower, 0.5 - sin(angle), sin(angle)) - 0.25;
        return Noisy(stack([x, y], 1), noise).MoveToOuterDisposeScope();
    }

    /// <summary>A spiral of one and a half turns, from radius 0.5 to 2.</summary>
    /// <inheritdoc cref="Moons"/>
    public static Tensor SwissRoll(long n, double noise = 0.05)
    {
        RequirePoints(n);
        using var scope = NewDisposeScope();
        Tensor turn = Uniform(n), radius = 0.5 + 1.5 * turn, angle = 3 * Math.PI * turn;
        return Noisy(stack([radius * cos(angle), radius * sin(angle)], 1), noise).MoveToOuterDisposeScope();
    }

    /// <summary>The dark squares of a 4×4 board over [−2, 2]².</summary>
    /// <param name="n">Number of points, at least 1.</param>
    public static Tensor Checkerboard(long n)
    {
        RequirePoints(n);
        using var scope = NewDisposeScope();
        Tensor x = Uniform(n) * 4 - 2, row = randint(0, 2, n, device: Compute.Device) * 2;
        Tensor y = Uniform(n) + row + (floor(x) + 2).remainder(2) - 2; // columns alternate between the two sets of rows
        return stack([x, y], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Eight Gaussians on a circle of radius 1.5.</summary>
    /// <inheritdoc cref="Moons"/>
    public static Tensor EightGaussians(long n, double noise = 0.12)
    {
        RequirePoints(n);
        using var scope = NewDisposeScope();
        Tensor angle = randint(0, 8, n, device: Compute.Device).to(ScalarType.Float32) * (Math.PI / 4);
        return Noisy(1.5 * stack([cos(angle), sin(angle)], 1), noise).MoveToOuterDisposeScope();
    }

    static Tensor Uniform(long n) => rand(n, device: Compute.Device);

    static Tensor Noisy(Tensor points, double noise) => points + noise * randn_like(points);

    static void RequirePoints(long n)
    {
        if (n < 1) throw new ArgumentOutOfRangeException(nameof(n), $"n is {n}, expected at least one point.");
    }
}
