using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>One step of Algorithm 1, done.</summary>
/// <param name="Number">Its number k, from 1.</param>
/// <param name="Of">How many there will be.</param>
/// <param name="Loss">The batch's mean squared error before the step: a number on the device, valid until the next step. Asking for its
/// value on a GPU makes the host wait.</param>
public sealed record TrainingStep(long Number, long Of, Tensor Loss);
