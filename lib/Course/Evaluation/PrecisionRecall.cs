using Diffusion.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>
/// Two numbers where the Fréchet distance is one: how much of what is drawn is real (fidelity), and how much of what is real is drawn
/// (variety); Kynkäänniemi et al. 2019, arXiv 1904.06991. A set of vectors is taken for the union of balls around them, each as large as
/// the distance to its k-th nearest neighbour in the set.
/// <code>
/// precision = share of the drawn vectors that lie in a ball of the real ones
/// recall    = share of the real vectors that lie in a ball of the drawn ones
/// </code>
/// </summary>
/// <param name="Precision">From 0 to 1.</param>
/// <param name="Recall">From 0 to 1.</param>
/// <remarks>
/// Perfect samples do not reach 1: a new real vector may lie between the balls. Compare sets of equal size, and have the numbers of as
/// many other real vectors beside them.
/// </remarks>
public sealed record PrecisionRecall(double Precision, double Recall)
{
    const int Rows = 1000;      // distances at once: 1,000 × 10,000 take 40 MB

    /// <summary>Precision and recall of drawn vectors.</summary>
    /// <param name="real">(N, D), N above k, in any floating-point type, on any device.</param>
    /// <param name="drawn">(M, D), M above k.</param>
    /// <param name="k">Which neighbour, at least 1; 3 in the paper.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, there are too few vectors, or a value is no number.</exception>
    public static PrecisionRecall Of(Tensor real, Tensor drawn, int k = 3)
    {
        if (k < 1) throw new ArgumentOutOfRangeException(nameof(k), $"k is {k}, expected at least 1.");
        Require(real, k, nameof(real));
        Require(drawn, k, nameof(drawn));
        if (real.shape[1] != drawn.shape[1])
            throw new ArgumentException($"The real vectors have {real.shape[1]} features and the drawn ones {drawn.shape[1]}, "
                + "expected the same number.", nameof(drawn));
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        Tensor a = real.cpu().to(ScalarType.Float32), b = drawn.cpu().to(ScalarType.Float32);
        return new(ShareInside(b, a, k), ShareInside(a, b, k));
    }

    // The share of vectors that lie in a ball around one of the centres.
    static double ShareInside(Tensor vectors, Tensor centres, int k)
    {
        // each centre is its own nearest, at distance 0
        Tensor radii = ByRows(centres, centres, distances => distances.kthvalue(k + 1, 1).values);
        return ByRows(vectors, centres, distances => (distances <= radii).any(1)).to(ScalarType.Float64).mean().item<double>();
    }

    // What is asked of the distances (rows, N) of some of the vectors to all centres, for all of them: (M).
    static Tensor ByRows(Tensor vectors, Tensor centres, Func<Tensor, Tensor> ask) => cat(vectors.split(Rows).Select(rows =>
    {
        Interruption.ThrowIfAsked();
        using var part = NewDisposeScope();
        return ask(cdist(rows, centres, 2, compute_mode.donot_use_mm_for_euclid_dist)).MoveToOuterDisposeScope();
    }).ToArray());

    static void Require(Tensor vectors, int k, string name)
    {
        if (vectors.dim() != 2 || vectors.shape[0] <= k || !vectors.is_floating_point())
            throw new ArgumentException($"The {name} vectors are {vectors.dtype} {TensorShape.Format(vectors.shape)}, expected "
                + $"floating-point (N, D) with N above k = {k}: each needs its neighbours.", name);
        using var scope = NewDisposeScope();
        if (!vectors.isfinite().all().cpu().item<bool>())
            throw new ArgumentException($"The {name} vectors hold values that are no numbers, expected finite ones.", name);
    }
}
