namespace Diffusion.Sampling;

/// <summary>
/// The variance σ² of the fresh noise that a reverse step from t to s adds. It also says how much of the direction term √(1 − ᾱ_s −
/// η²β̃)·ε̂ is left, so that the two belong together: what is drawn anew is taken from what was known.
/// <code>
/// Posterior     β̃ = (1−ᾱ_s)/(1−ᾱ_t)·(1 − ᾱ_t/ᾱ_s)    η = 1    right when all data are one point (Ho et al. 2020, section 3.2)
/// Forward       β = 1 − ᾱ_t/ᾱ_s                       η = 1    right when the data are N(0, I) (the same)
/// Scaled(η)     η²·β̃                                  η        DDIM (Song, Meng &amp; Ermon 2021, eq. 16); η = 0: none; η = 1: Posterior
/// </code>
/// </summary>
public sealed record ReverseVariance
{
    readonly bool isForward;

    ReverseVariance(double eta, bool isForward) => (Eta, this.isForward) = (eta, isForward);

    /// <summary>β̃, that of the posterior q(x_s | x_t, x₀).</summary>
    public static ReverseVariance Posterior { get; } = new(1, isForward: false);

    /// <summary>β, that of the forward step.</summary>
    public static ReverseVariance Forward { get; } = new(1, isForward: true);

    /// <summary>η²·β̃.</summary>
    /// <param name="eta">η, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">η lies outside.</exception>
    public static ReverseVariance Scaled(double eta) => eta is >= 0 and <= 1 ? new(eta, isForward: false)
        : throw new ArgumentOutOfRangeException(nameof(eta), $"η is {eta}, expected 0 (no fresh noise) to 1 (DDPM's).");

    /// <summary>η, the share of the posterior's standard deviation that is taken from the direction term: 1 but for <see
    /// cref="Scaled"/>.</summary>
    public double Eta { get; }

    /// <summary>σ².</summary>
    /// <param name="forward">β of the step.</param>
    /// <param name="posterior">β̃ of the step.</param>
    internal double Of(double forward, double posterior) => isForward ? forward : Eta * Eta * posterior;

    /// <summary><c>β</c>, <c>β̃</c> or <c>η²β̃, η = 0.5</c>.</summary>
    public override string ToString() => isForward ? "β" : Eta == 1 ? "β̃"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"η²β̃, η = {Eta}");
}
