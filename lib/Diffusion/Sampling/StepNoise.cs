namespace Diffusion;

/// <summary>The variance of the fresh noise that a reverse step from t to s adds.</summary>
public enum StepNoise
{
    /// <summary>β̃ = (1−ᾱ_s)/(1−ᾱ_t)·(1 − ᾱ_t/ᾱ_s), that of the posterior: right when all data are one point. Ho et al. 2020, section 3.2.</summary>
    Posterior,

    /// <summary>β = 1 − ᾱ_t/ᾱ_s, that of the forward step: right when data are N(0, I). Ho et al. 2020, section 3.2.</summary>
    Forward,

    /// <summary>η²·β̃: DDIM, Song, Meng &amp; Ermon 2021, eq. (16); none at η = 0.</summary>
    Scaled,
}
