namespace Diffusion;

/// <summary>What a network was trained to say about x_t. Each determines the others: chapter 05 derives the conversions.</summary>
public enum PredictionTarget
{
    /// <summary>ε, the noise in x_t: Ho et al. 2020, eq. (14); diffusers' <c>epsilon</c>.</summary>
    Noise,

    /// <summary>x₀, the clean data: diffusers' <c>sample</c>.</summary>
    Sample,

    /// <summary>v = √ᾱ_t·ε − √(1−ᾱ_t)·x₀: Salimans &amp; Ho 2022; diffusers' <c>v_prediction</c>.</summary>
    Velocity,
}
