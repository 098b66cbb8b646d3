using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Networks;

/// <summary>Self-attention over the pixels of an image: every pixel asks all others, each head its own question (Vaswani et al. 2017,
/// section 3.2).</summary>
/// <remarks>softmax(q·kᵀ/√d)·v over N = H·W pixels, with d channels a head, added to the input.</remarks>
public sealed class Attention : nn.Module<Tensor, Tensor>
{
    // Written out, the scores are N² numbers a head. Up to this many the CPU is faster so: the fused kernel's backward pass takes as long
    // in float32 and ten times as long in bfloat16. Beyond it memory costs more than arithmetic (measured: 4 against 67 million).
    const long MostScoresWrittenOut = 1 << 23;

    readonly GroupNormLayer? group_norm;
    readonly LinearLayer to_q, to_k, to_v;
    readonly ModuleList<LinearLayer> to_out;
    readonly long heads, headChannels;
    readonly double scale;

    /// <summary>Builds the layer with the config's own groups in the norm before it.</summary>
    /// <param name="channels">Channels of the input and of the output.</param>
    /// <param name="config">Channels a head, groups and ε of the norm.</param>
    public Attention(long channels, UNetConfig config) : this(channels, config.NormNumGroups, config) { }

    /// <summary>Builds the layer.</summary>
    /// <param name="channels">Channels of the input and of the output.</param>
    /// <param name="groups">Groups of the norm before it; null for none.</param>
    /// <param name="config">Channels a head and ε of the norm.</param>
    /// <param name="scale">What the sum is divided by.</param>
    public Attention(long channels, int? groups, UNetConfig config, double scale = 1) : base(nameof(Attention))
    {
        this.scale = scale;
        headChannels = config.AttentionHeadDim ?? channels;
        heads = channels / headChannels;
        long inner = heads * headChannels;      // less than the channels where the heads do not divide them
        if (groups is { } some) group_norm = new GroupNormLayer(some, channels, config.NormEps);
        to_q = new LinearLayer(channels, inner);
        to_k = new LinearLayer(channels, inner);
        to_v = new LinearLayer(channels, inner);
        to_out = new ModuleList<LinearLayer>(new LinearLayer(inner, channels));
        RegisterComponents();
    }

    /// <summary>(B, C, H, W) → the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        Tensor pixels = x.flatten(2);                                                       // (B, C, N)
        pixels = (group_norm?.call(pixels) ?? pixels).transpose(1, 2);                      // (B, N, C)
        Tensor q = Heads(to_q.call(pixels)), k = Heads(to_k.call(pixels)), v = Heads(to_v.call(pixels)); // (B, heads, N, d)
        bool few = x.device.type == DeviceType.CPU && q.shape[0] * heads * q.shape[2] * q.shape[2] <= MostScoresWrittenOut;
        Tensor answers = few ? WrittenOut(q, k, v) : Fused(q, k, v);                        // (B, heads, N, d)
        Tensor y = to_out[0].call(answers.transpose(1, 2).flatten(2));                      // (B, N, C)
        y = x + y.transpose(1, 2).reshape(x.shape);
        return (scale == 1 ? y : y / scale).MoveToOuterDisposeScope();
    }

    internal static Tensor WrittenOut(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        Tensor scores = (q / Math.Sqrt(q.shape[^1])).matmul(k.transpose(-2, -1));           // (B, heads, N, N)
        return scores.softmax(-1).matmul(v).MoveToOuterDisposeScope();
    }

    // The same without ever holding all the scores.
    internal static Tensor Fused(Tensor q, Tensor k, Tensor v) => F.scaled_dot_product_attention(q, k, v);

    // (B, N, heads·d) → (B, heads, N, d)
    Tensor Heads(Tensor all) => all.unflatten(2, [heads, headChannels]).transpose(1, 2);
}
