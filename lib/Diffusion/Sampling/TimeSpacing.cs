namespace Diffusion.Sampling;

/// <summary>Where N sampling times lie among T: diffusers' <c>timestep_spacing</c>.</summary>
public enum TimeSpacing
{
    /// <summary>1, 1 + k, 1 + 2k, … with k = ⌊T/N⌋, plus an offset: begins a stride below T.</summary>
    Leading,

    /// <summary>T, T − T/N, …, rounded: begins at T itself.</summary>
    Trailing,

    /// <summary>From 1 to T evenly, both ends included, rounded.</summary>
    Linspace,
}
