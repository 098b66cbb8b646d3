using Diffusion.Networks;
using static TorchSharp.torch;

namespace Course.Evaluation;

/// <summary>One layer of <see cref="DigitClassifier"/>: a 3×3 convolution, what the time adds to each channel, group norm, SiLU.</summary>
sealed class ClassifierLayer : nn.Module<Tensor, Tensor?, Tensor>
{
    const long ChannelsOfGroup = 8;

    readonly ConvolutionLayer conv;
    readonly LinearLayer? time_emb_proj;
    readonly GroupNormLayer norm;

    /// <summary>Builds the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output, a multiple of 8.</param>
    /// <param name="timeChannels">Length of the time's embedding; none where no time is told.</param>
    /// <param name="stride">Step of the convolution.</param>
    internal ClassifierLayer(long inChannels, long outChannels, long? timeChannels, long stride = 1) : base(nameof(ClassifierLayer))
    {
        conv = new ConvolutionLayer(inChannels, outChannels, kernelSize: 3, stride, padding: 1);
        if (timeChannels is { } length) time_emb_proj = new LinearLayer(length, outChannels);
        norm = new GroupNormLayer(outChannels / ChannelsOfGroup, outChannels);
        RegisterComponents();
    }

    /// <summary>(B, in, H, W) and the time (B, time channels) → (B, out, H/stride, W/stride).</summary>
    public override Tensor forward(Tensor x, Tensor? time)
    {
        using var scope = NewDisposeScope();
        Tensor h = conv.call(x);
        if (time_emb_proj is not null) h = h + time_emb_proj.call(time!).unsqueeze(-1).unsqueeze(-1);
        return norm.call(h).silu().MoveToOuterDisposeScope();
    }
}
