using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>The U-Net's workhorse: two convolutions that learn a correction to their input, told the time in between.</summary>
/// <remarks>
/// <code>
/// x ──┬─ norm1 ─ SiLU ─ conv1 ─ (+) ─ norm2 ─ SiLU ─ conv2 ─ (+) ── y
///     │                          │                            │
///     │        time ─ SiLU ─ time_emb_proj                    │
///     └──────────────── conv_shortcut (if widths differ) ─────┘
/// </code>
/// With <c>scale_shift</c> the time comes after norm2 instead: h·(1 + scale) + shift. A block that changes the size does so before conv1,
/// to both branches.
/// </remarks>
public sealed class ResnetBlock2D : nn.Module<Tensor, Tensor, Tensor>
{
    readonly GroupNormLayer norm1;
    readonly ConvolutionLayer conv1;
    readonly LinearLayer time_emb_proj;
    readonly GroupNormLayer norm2;
    readonly ConvolutionLayer conv2;
    readonly nn.Module<Tensor, Tensor> nonlinearity;
    readonly ConvolutionLayer? conv_shortcut;
    readonly Func<Tensor, Tensor>? resize;
    readonly bool timeScales;
    readonly double dropout, scale;

    /// <summary>Builds the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="config">Groups and ε of the norms, length of the time embedding and how it enters, non-linearity, dropout.</param>
    /// <param name="scale">What the sum is divided by.</param>
    /// <param name="resize">How the block changes the size; left out, not at all.</param>
    public ResnetBlock2D(long inChannels, long outChannels, UNetConfig config, double scale = 1, Func<Tensor, Tensor>? resize = null)
        : base(nameof(ResnetBlock2D))
    {
        (this.scale, this.resize, dropout) = (scale, resize, config.Dropout);
        timeScales = config.ResnetTimeScaleShift == UNetConfig.ScaleShift;
        nonlinearity = config.ActFn switch
        {
            "gelu" => nn.GELU(),
            "mish" => nn.Mish(),
            _ => nn.SiLU(),
        };
        norm1 = new GroupNormLayer(config.NormNumGroups, inChannels, config.NormEps);
        conv1 = new ConvolutionLayer(inChannels, outChannels, kernelSize: 3, padding: 1);
        time_emb_proj = new LinearLayer(config.TimeChannels, timeScales ? 2 * outChannels : outChannels);
        norm2 = new GroupNormLayer(config.NormNumGroups, outChannels, config.NormEps);
        conv2 = new ConvolutionLayer(outChannels, outChannels, kernelSize: 3, padding: 1);
        if (inChannels != outChannels) conv_shortcut = new ConvolutionLayer(inChannels, outChannels, kernelSize: 1);
        RegisterComponents();
    }

    /// <summary>(B, in, H, W) and the time embedding (B, time channels) → (B, out, H, W).</summary>
    public override Tensor forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        Tensor h = nonlinearity.call(norm1.call(x));                                        // (B, in, H, W)
        if (resize is not null) (x, h) = (resize(x), resize(h));
        h = conv1.call(h);                                                                  // (B, out, H, W)
        Tensor told = time_emb_proj.call(nonlinearity.call(time));                          // (B, out or 2·out)
        told = told.view([.. told.shape, 1, 1]);
        h = timeScales ? ScaledAndShifted(norm2.call(h), told) : norm2.call(h + told);
        h = nonlinearity.call(h);
        if (dropout > 0) h = F.dropout(h, dropout, training);
        h = conv2.call(h);
        Tensor y = (conv_shortcut?.call(x) ?? x) + h;
        return (scale == 1 ? y : y / scale).MoveToOuterDisposeScope();
    }

    static Tensor ScaledAndShifted(Tensor h, Tensor told)
    {
        Tensor[] halves = told.chunk(2, 1);     // (B, out, 1, 1) each
        return h * (1 + halves[0]) + halves[1];
    }
}
