using Course.Evaluation;

namespace Course.Brownian;

/// <summary>How far a crowd has spread. The points of one run hang together (each path remembers where it was), so errors come from
/// independent groups of molecules.</summary>
/// <param name="Time">t at every step.</param>
/// <param name="Mean">⟨|x(t)|²⟩; in theory 2dDt in d dimensions.</param>
/// <param name="StandardError">Its standard error at every step, from the scatter of the groups; NaN with a single group.</param>
/// <param name="Slope">The slope of the line through the origin, fitted in every group: its mean and standard error. In theory 2dD.</param>
public sealed record MeanSquaredDisplacement(IReadOnlyList<double> Time, IReadOnlyList<double> Mean,
    IReadOnlyList<double> StandardError, Estimate Slope);
