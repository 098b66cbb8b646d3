namespace Diffusion.Parameterizations;

/// <summary>What a network says about x_t. Each determines the others: <see cref="Prediction"/> converts, chapter 05 derives it.</summary>
public enum Parameterization
{
    /// <summary>ε, the noise in x_t: Ho et al. 2020, eq. (14); diffusers' <c>epsilon</c>.</summary>
    Epsilon,

    /// <summary>x₀, the clean data: diffusers' <c>sample</c>.</summary>
    X0,

    /// <summary>v = √ᾱ_t·ε − √(1−ᾱ_t)·x₀: Salimans &amp; Ho 2022; diffusers' <c>v_prediction</c>.</summary>
    V,

    /// <summary>μ̃_t, the mean of q(x_{t−1} | x_t, x₀), eq. (7): Ho et al. 2020 compare with it (their table 2).</summary>
    PosteriorMean,

    /// <summary>The score ∇ log q(x_t), of which −ε/√(1−ᾱ_t) is a sample: Song &amp; Ermon 2019.</summary>
    Score,
}
