using System.Diagnostics;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>
/// A few small convolutions against float64, once a process and in milliseconds, before the first network is built. Where they
/// disagree, oneDNN is switched off: slower, but right.
/// </summary>
public static class ConvolutionSelfCheck
{
    /// <summary>Relative errors above this are faults, not rounding: float32 rounds at 1e-7, a faulty gradient is off by 0.1 or
    /// NaN.</summary>
    const double Tolerance = 1e-3;

    static readonly (long In, long Out, long Kernel, long Stride)[] cases =
        [(1, 32, 3, 1), (32, 1, 3, 1), (33, 65, 1, 1), (48, 16, 3, 2), (32, 64, 3, 1), (64, 32, 1, 1)];

    static readonly Lazy<(string Sentence, bool AreTrusted)> outcome = new(Run);

    /// <summary>What the check found, in one sentence; runs it when it has not run yet.</summary>
    public static string Result => outcome.Value.Sentence;

    /// <summary>Whether convolutions are right, by oneDNN or without it; runs the check when it has not run yet.</summary>
    public static bool AreTrusted => outcome.Value.AreTrusted;

    internal static void EnsureRun() => _ = outcome.Value;

    static (string, bool) Run()
    {
        LibTorchContext.TrySetNnpack(false);
        double worst = WorstError();
        if (worst < Tolerance) return ($"agree with float64 (relative error at most {worst:0.0e0})", true);

        bool right = LibTorchContext.TrySetOneDnn(false) && WorstError() < Tolerance;
        string sentence = right
            ? "wrong with oneDNN on this machine, so oneDNN is off: right, but about four times slower"
            : "wrong on this machine, and oneDNN could not be switched off";
        Trace.TraceWarning($"Diffusion: convolutions are {sentence}.");
        return (sentence, right);
    }

    /// <summary>The largest relative error of output, input gradient and weight gradient over all cases; NaN counts as infinite.</summary>
    internal static double WorstError()
    {
        // gradients are checked too, even where the first network is built for sampling alone
        using var inferenceOff = inference_mode(false);
        using var gradients = enable_grad();
        using var generator = new Generator(0, CPU);    // its own: the reader's seed stays untouched
        return cases.Max(c => RelativeError(c.In, c.Out, c.Kernel, c.Stride, size: 7, batch: 2, ScalarType.Float32, generator));
    }

    internal static double RelativeError(long inChannels, long outChannels, long kernel, long stride, long size, long batch,
        ScalarType type, Generator generator)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(batch, inChannels, size, size, device: CPU, generator: generator).to(type);
        Tensor w = (randn(outChannels, inChannels, kernel, kernel, device: CPU, generator: generator)
            / Math.Sqrt(inChannels * kernel * kernel)).to(type);
        Tensor b = randn(outChannels, device: CPU, generator: generator).to(type);
        Tensor[] exact = Evaluate(ScalarType.Float64), found = Evaluate(type);
        double worst = exact.Zip(found, (e, f) => ((f.to(ScalarType.Float64) - e).norm() / e.norm()).item<double>())
                            .Aggregate(0.0, (max, error) => double.IsNaN(max) || error <= max ? max : error); // a NaN is kept
        return double.IsNaN(worst) ? double.PositiveInfinity : worst;

        Tensor[] Evaluate(ScalarType at)
        {
            Tensor input = x.to(at).detach().clone().requires_grad_(), weight = w.to(at).detach().clone().requires_grad_();
            Tensor y = ConvolutionLayer.Apply(input, weight, b.to(at), stride, padding: kernel / 2);
            Tensor weights = cos(arange(y.numel(), ScalarType.Float64, CPU)).view(y.shape).to(at); // any fixed, sign-changing cotangent
            y.backward([weights]);
            return [y.detach(), input.grad!, weight.grad!];
        }
    }
}
