using Diffusion.Devices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>
/// The network of Ho, Jain &amp; Abbeel 2020 (appendix B): an image goes down to small and wide, through the middle, and up again, and at
/// every size the way up sees what the way down saw. Structure, parameter names and files are those of diffusers' UNet2DModel.
/// </summary>
/// <remarks>
/// <code>
/// x ─ conv_in ─┬───────────────────────────────────── cat ─ conv_norm_out ─ SiLU ─ conv_out ─ ε
///        down_blocks.0 ─┬────────────────── cat ─ up_blocks.2
///                 down_blocks.1 ─┬─ cat ─ up_blocks.1
///                          down_blocks.2 ─ mid_block ─ up_blocks.0
/// t ─ time_proj (sinusoid) ─ time_embedding ─ (+) ─→ every residual block
///                       class ─ class_embedding ┘
/// </code>
/// Computed in the type of the parameters: float32, or float64 after <c>.to(ScalarType.Float64)</c>. See <see cref="BodyType"/> for
/// bfloat16.
/// </remarks>
public sealed class UNet : Denoiser
{
    readonly ConvolutionLayer conv_in;
    readonly Timesteps time_proj;
    readonly TimestepEmbedding time_embedding;
    readonly nn.Module<Tensor, Tensor>? class_embedding; // where the network knows classes
    readonly ModuleList<DownBlock2D> down_blocks;
    readonly UNetMidBlock2D? mid_block;
    readonly ModuleList<UpBlock2D> up_blocks;
    readonly GroupNormLayer conv_norm_out;
    readonly SiLU conv_act = nn.SiLU();
    readonly ConvolutionLayer conv_out;

    /// <summary>Builds the network with random parameters in float32 on <see cref="Compute.Device"/>.</summary>
    /// <param name="config">Its shape.</param>
    /// <exception cref="ArgumentException">An option is not supported or does not fit the others; the sentence names it as in
    /// config.json.</exception>
    public UNet(UNetConfig config) : base(nameof(UNet))
    {
        if (config.Problem() is { } problem) throw new ArgumentException($"{problem}.", nameof(config));
        Config = config;
        int last = config.Levels - 1;
        int[] widths = [.. config.BlockOutChannels];

        conv_in = new ConvolutionLayer(config.InChannels, widths[0], kernelSize: 3, padding: 1);
        time_proj = new Timesteps(widths[0], config.FlipSinToCos, config.FreqShift);
        time_embedding = new TimestepEmbedding(widths[0], config.TimeChannels);
        class_embedding = config switch
        {
            { ClassEmbedType: UNetConfig.TimestepClasses } => new TimestepEmbedding(widths[0], config.TimeChannels),
            { ClassEmbedType: UNetConfig.IdentityClasses } => nn.Identity(),
            { NumClassEmbeds: { } classes } => new EmbeddingLayer(classes, config.TimeChannels),
            _ => null,
        };
        down_blocks = [.. config.DownBlockTypes.Select(
            (type, level) => new DownBlock2D(widths[Math.Max(level - 1, 0)], widths[level], type, level == last, config))];
        if (config.MidBlockType is not null) mid_block = new UNetMidBlock2D(widths[last], config);
        Array.Reverse(widths);
        up_blocks = [.. config.UpBlockTypes.Select(
            (type, i) => new UpBlock2D(widths[Math.Max(i - 1, 0)], widths[i], widths[Math.Min(i + 1, last)], type, i == last, config))];
        conv_norm_out = new GroupNormLayer(config.NormNumGroups, widths[last], config.NormEps);
        conv_out = new ConvolutionLayer(widths[last], config.OutChannels, kernelSize: 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>The shape of the network.</summary>
    public UNetConfig Config { get; }

    /// <summary>
    /// The type between the first and the last convolution; none means the parameters' own. bfloat16 is faster where the processor knows
    /// it: the parameters stay float32 and are cast as they are used, and input, output, first and last convolution stay float32.
    /// </summary>
    public ScalarType? BodyType { get; set; }

    /// <summary>
    /// Sets the last layer of every residual branch, and the network's last, to 0, as the code of Ho et al. begins: each block passes on
    /// what it gets until training has found a correction. Without, parameters are as PyTorch and diffusers begin.
    /// </summary>
    public void ZeroLastLayers()
    {
        using var noGraph = no_grad();
        foreach (var (name, parameter) in named_parameters())
            if (name.StartsWith("conv_out.") || name.Contains(".conv2.") || name.Contains(".to_out.")) parameter.zero_();
    }

    /// <inheritdoc/>
    protected override Denoiser Alike() => new UNet(Config) { BodyType = BodyType };

    /// <summary>ε_θ by the wire's count of time. In the workbook call <see cref="Denoiser.Predict(Tensor, Tensor)"/> instead.</summary>
    /// <param name="x">x_t (B, in, H, W), H and W multiples of 2^(levels−1).</param>
    /// <param name="t">From 0 (diffusers' count), whole or not: (B), or one for the whole batch.</param>
    /// <returns>The predicted noise (B, out, H, W) in the type of the parameters, owned by the caller.</returns>
    /// <exception cref="ArgumentException">A shape does not fit; the sentence says which.</exception>
    public override Tensor forward(Tensor x, Tensor t) => Forward(x, t, null);

    /// <inheritdoc/>
    public override Tensor Conditioned(Tensor x, Tensor t, Tensor labels) => Forward(x, t, labels);

    Tensor Forward(Tensor x, Tensor t, Tensor? labels)
    {
        RequireShapes(x, t);
        RequireLabels(labels, x.shape[0]);
        using var scope = NewDisposeScope();
        ScalarType type = conv_in.Type, body = BodyType ?? type;

        Tensor time = time_proj.call(t.to(x.device).flatten().expand(x.shape[0]));   // (B, C₀)
        time = time_embedding.call(time.to(type));                                  // (B, 4·C₀)
        if (class_embedding is not null) time = time + ClassEmbedding(labels!.to(x.device), type);
        time = time.to(body);

        x = x.to(type);
        if (Config.CenterInputSample) x = 2 * x - 1;
        x = conv_in.call(x).to(body);                                               // (B, C₀, H, W)

        var skips = new Stack<Tensor>([x]);
        foreach (DownBlock2D block in down_blocks)
            foreach (Tensor state in block.call(x, time)) skips.Push(x = state);
        x = mid_block?.call(x, time) ?? x;
        foreach (UpBlock2D block in up_blocks) x = block.call(x, skips, time);

        x = conv_act.call(conv_norm_out.call(x)).to(type);
        return conv_out.call(x).MoveToOuterDisposeScope();                          // (B, out, H, W)
    }

    // What the classes add to the time: (B, 4·C₀). With class_embed_type "timestep" a class is a time, with "identity" the labels are the
    // vectors.
    Tensor ClassEmbedding(Tensor labels, ScalarType type) =>
        class_embedding!.call(Config.ClassEmbedType == UNetConfig.TimestepClasses ? time_proj.call(labels).to(type) : labels).to(type);

    void RequireLabels(Tensor? labels, long batch)
    {
        if (labels is null || class_embedding is null)
        {
            if (labels is null && class_embedding is null) return;
            throw new ArgumentException(labels is null ? "This network is told what to draw and got no labels, "
                + "expected a class for each item."
                : "This network knows no classes, expected no labels.", nameof(labels));
        }
        long[] expected = Config.ClassEmbedType == UNetConfig.IdentityClasses ? [batch, Config.TimeChannels] : [batch];
        if (!labels.shape.SequenceEqual(expected))
            throw new ArgumentException($"labels have shape {TensorShape.Format(labels.shape)}, expected "
                + $"{TensorShape.Format(expected)}.", nameof(labels));
        if (Config.Classes is not { } classes) return;
        if (labels.dtype != ScalarType.Int64) throw new ArgumentException($"labels hold {labels.dtype}, expected Int64.", nameof(labels));
        if (labels.device.type != DeviceType.CPU || batch == 0) return;
        long least = labels.min().item<long>(), most = labels.max().item<long>();
        if (least < 0 || most >= classes)
            throw new ArgumentOutOfRangeException(nameof(labels),
                $"labels go from {least} to {most}, expected 0 to {classes - 1}: the network knows {classes} classes.");
    }

    /// <summary>Refuses images or times that do not fit the network.</summary>
    /// <exception cref="ArgumentException">A shape does not fit; the sentence says which.</exception>
    public void RequireShapes(Tensor x, Tensor t)
    {
        if (x.dim() != 4 || x.shape[1] != Config.InChannels)
            throw new ArgumentException($"x has shape {TensorShape.Format(x.shape)}, expected (B, {Config.InChannels}, H, W).", nameof(x));
        Config.RequireSize(new ImageSize((int)x.shape[2], (int)x.shape[3]));
        if (t.numel() != 1 && t.numel() != x.shape[0])
            throw new ArgumentException($"t has {t.numel()} entries, expected one for each of the "
                + $"{x.shape[0]} items or one for all.", nameof(t));
    }
}
