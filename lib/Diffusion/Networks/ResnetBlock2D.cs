using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>The U-Net's workhorse: two convolutions that learn a correction to their input, told the time in between.</summary>
/// <remarks>
/// <code>
/// x ──┬─ norm1 ─ SiLU ─ conv1 ─ (+) ─ norm2 ─ SiLU ─ conv2 ─ (+) ── y
///     │                          │                            │
///     │        time ─ SiLU ─ time_emb_proj                    │
///     └──────────────── conv_shortcut (if widths differ) ─────┘
/// </code>
/// </remarks>
public sealed class ResnetBlock2D : nn.Module<Tensor, Tensor, Tensor>
{
    readonly GroupNorm norm1;
    readonly Conv2d conv1;
    readonly Linear time_emb_proj;
    readonly GroupNorm norm2;
    readonly Conv2d conv2;
    readonly SiLU nonlinearity = nn.SiLU();
    readonly Conv2d? conv_shortcut;
    readonly double scale;

    /// <summary>Builds the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="config">Groups and ε of the norms, length of the time embedding.</param>
    /// <param name="scale">What the sum is divided by.</param>
    public ResnetBlock2D(long inChannels, long outChannels, UNetConfig config, double scale = 1) : base(nameof(ResnetBlock2D))
    {
        this.scale = scale;
        norm1 = new GroupNorm(config.NormNumGroups, inChannels, config.NormEps);
        conv1 = new Conv2d(inChannels, outChannels, kernelSize: 3, padding: 1);
        time_emb_proj = new Linear(config.TimeChannels, outChannels);
        norm2 = new GroupNorm(config.NormNumGroups, outChannels, config.NormEps);
        conv2 = new Conv2d(outChannels, outChannels, kernelSize: 3, padding: 1);
        if (inChannels != outChannels) conv_shortcut = new Conv2d(inChannels, outChannels, kernelSize: 1);
        RegisterComponents();
    }

    /// <summary>(B, in, H, W) and the time embedding (B, time channels) → (B, out, H, W).</summary>
    public override Tensor forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        Tensor h = conv1.call(nonlinearity.call(norm1.call(x)));                            // (B, out, H, W)
        Tensor shift = time_emb_proj.call(nonlinearity.call(time));                         // (B, out)
        h = h + shift.unsqueeze(-1).unsqueeze(-1);
        h = conv2.call(nonlinearity.call(norm2.call(h)));
        Tensor y = (conv_shortcut?.call(x) ?? x) + h;
        return (scale == 1 ? y : y / scale).MoveToOuterDisposeScope();
    }
}
