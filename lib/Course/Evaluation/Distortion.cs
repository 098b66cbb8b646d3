using Course.Datasets;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Course.Evaluation;

/// <summary>
/// Digits turned, sized and moved a little, as other hands might have put them down: what a classifier learns from is then never twice the
/// same.
/// </summary>
static class Distortion
{
    /// <summary>How many random numbers an image takes.</summary>
    internal const int Numbers = 4;

    // a shift of 1 is half the image: 2 pixels
    const double LargestAngle = 10 * Math.PI / 180, LargestScale = 0.1, LargestShift = 2.0 / (Mnist.Size / 2.0);

    /// <summary>Each image turned by at most 10°, sized by at most 10 % and moved by at most 2 pixels each way; what comes in from outside
    /// is paper.</summary>
    /// <param name="images">float32 (B, 1, 28, 28) in [−1, 1].</param>
    /// <param name="draws">Uniform in [−1, 1], float32 (B, 4): angle, size, shift across and down, each as a part of the largest.</param>
    /// <returns>(B, 1, 28, 28), owned by the caller.</returns>
    internal static Tensor Of(Tensor images, Tensor draws)
    {
        using var scope = NewDisposeScope();
        Tensor angle = draws.select(1, 0) * LargestAngle, size = 1 + draws.select(1, 1) * LargestScale;              // (B)
        Tensor right = draws.select(1, 2) * LargestShift, down = draws.select(1, 3) * LargestShift;                  // (B)
        (Tensor c, Tensor s) = (size * angle.cos(), size * angle.sin());
        Tensor θ = stack([stack([c, -s, right], 1), stack([s, c, down], 1)], 1);                                      // (B, 2, 3)
        Tensor places = F.affine_grid(θ, images.shape, align_corners: false);                                         // (B, 28, 28, 2)
        Tensor ink = F.grid_sample(images + 1, places, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false);
        return (ink - 1).MoveToOuterDisposeScope();
    }
}
