namespace Diffusion.Training;

/// <summary>How far a training is.</summary>
/// <param name="Step">How many steps are done.</param>
/// <param name="Losses">The loss curve so far.</param>
/// <param name="LossSum">The sum of the losses since its last point.</param>
/// <param name="LossCount">How many are in that sum.</param>
public sealed record TrainingState(long Step, IReadOnlyList<(long Step, double Loss)> Losses, double LossSum, long LossCount);
