using Diffusion.Forward;
using static System.Math;
using static TorchSharp.torch;

namespace Course.Brownian;

/// <summary>
/// Brownian motion with a pull to the origin, dX = −½X ds + dW: it forgets its start and settles at N(0, 1) instead of spreading for ever.
/// A DDPM step is its exact transition over Δs = −ln(1−β): x ← √(1−β)·x + √β·ε. (Over Δs the mean shrinks by exp(−Δs/2) = √(1−β) and 1 −
/// exp(−Δs) = β is added.)
/// </summary>
public static class OrnsteinUhlenbeck
{
    /// <summary>Δs = −ln(1−β), the time over which an exact step adds the variance β.</summary>
    /// <param name="β">In (0, 1).</param>
    public static double TimeOf(double β)
    {
        RequireVariance(β, 1);
        return -Log(1 - β);
    }

    /// <summary>One exact step, √(1−β)·x + √β·ε; any β, however large, leaves N(0, 1) as it is.</summary>
    /// <param name="x">Where the molecules are, of any shape.</param>
    /// <param name="β">In (0, 1).</param>
    /// <param name="noise">ε of x's shape, or none to draw it.</param>
    /// <returns>Of x's shape, owned by the caller.</returns>
    public static Tensor ExactStep(Tensor x, double β, Tensor? noise = null)
    {
        RequireVariance(β, 1);
        return ForwardProcess.Mixed(Sqrt(1 - β), x, Sqrt(β), noise);
    }

    /// <summary>One step of Euler's method over Δs = β, (1−β/2)·x + √β·ε. It settles at the variance 1/(1−β/4), a little above 1.</summary>
    /// <param name="x">Where the molecules are, of any shape.</param>
    /// <param name="β">In (0, 4): from 4 on |1−β/2| ≥ 1 and the method runs away.</param>
    /// <param name="noise">ε of x's shape, or none to draw it.</param>
    /// <returns>Of x's shape, owned by the caller.</returns>
    public static Tensor EulerStep(Tensor x, double β, Tensor? noise = null)
    {
        RequireVariance(β, 4);
        return ForwardProcess.Mixed(1 - β / 2, x, Sqrt(β), noise);
    }

    /// <summary>The variance v that Euler's step leaves as it is: v = (1−β/2)²·v + β gives 1/(1−β/4). (The exact step: v = (1−β)·v + β
    /// gives 1.)</summary>
    /// <param name="β">In (0, 4).</param>
    public static double EulerStationaryVariance(double β)
    {
        RequireVariance(β, 4);
        return 1 / (1 - β / 4);
    }

    static void RequireVariance(double β, double below)
    {
        if (!(β > 0 && β < below)) throw new ArgumentOutOfRangeException(nameof(β), $"β is {β}, expected strictly between 0 and {below}.");
    }
}
