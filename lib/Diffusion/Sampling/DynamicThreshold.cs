using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Sampling;

/// <summary>
/// Dynamic thresholding of x̂₀: each item is cut at a quantile s of its own absolute values and divided by s, so that an image that grew
/// too bright as a whole is drawn back as a whole. Saharia et al. 2022 (Imagen), section 2.3; diffusers' <c>thresholding</c>.
/// </summary>
/// <param name="Ratio">Which quantile, from 0 to 1; diffusers' <c>dynamic_thresholding_ratio</c>.</param>
/// <param name="Most">s is brought to at least 1 and then to at most this; diffusers' <c>sample_max_value</c>. At 1 it is plain clipping to
/// ± 1.</param>
public sealed record DynamicThreshold(double Ratio = 0.995, double Most = 1)
{
    /// <summary>x̂₀ cut and divided: of its shape (B, …), in its caller's dispose scope.</summary>
    internal Tensor Apply(Tensor x0)
    {
        Tensor q = full([], Ratio, dtype: x0.dtype, device: x0.device);
        // (B); item by item, for torch's quantile takes 16 million values
        Tensor s = stack(x0.unbind().Select(item => quantile(item.abs().flatten(), q, 0)))
            .clamp_min(1).clamp_max(Most).PerItem(x0.dim());
        return maximum(minimum(x0, s), -s) / s;
    }
}
