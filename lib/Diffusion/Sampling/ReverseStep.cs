using static TorchSharp.torch;

namespace Diffusion.Sampling;

/// <summary>One step of a reverse walk. Its tensors belong to the walk and live until the next step is asked for: <c>clone()</c> what you
/// keep.</summary>
/// <param name="From">t, where the step began.</param>
/// <param name="To">s &lt; t, where it ended.</param>
/// <param name="X">x_s, of the shape of the starting noise.</param>
/// <param name="X0">x̂₀, the clean data as the network sees them at t, clipped if the sampler clips.</param>
public sealed record ReverseStep(int From, int To, Tensor X, Tensor X0);
