namespace Course.Evaluation;

/// <summary>A number measured from random samples, with how far chance alone may have moved it.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard error; NaN where the samples are too few to tell.</param>
public readonly record struct Estimate(double Value, double StandardError)
{
    /// <summary>How many standard errors the estimate lies from a value claimed for it, at least 0.</summary>
    public double Deviations(double claimed) => Value == claimed ? 0 : Math.Abs(Value - claimed) / StandardError;

    /// <summary>The estimate and its standard error: <c>0.5032 ± 0.0021</c>.</summary>
    public override string ToString() => $"{Value:G5} ± {StandardError:G2}";
}
