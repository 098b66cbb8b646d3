using static TorchSharp.torch;

namespace Diffusion.Training;

/// <summary>
/// What a network is to say of x_t, in place of what the data say: the guided prediction of two trained networks, for example, which one
/// network then gives at once (guidance distillation, Meng et al. 2023).
/// </summary>
/// <param name="xt">x_t (B, …).</param>
/// <param name="t">int64 (B), every entry from 1 to T.</param>
/// <param name="labels">y, int64 (B), for networks with classes; null without.</param>
/// <returns>What to say (B, …), of the same kind as the network's own prediction.</returns>
public delegate Tensor Teacher(Tensor xt, Tensor t, Tensor? labels);
