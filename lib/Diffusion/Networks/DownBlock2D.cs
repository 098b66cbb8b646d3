using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>One level on the way down: residual blocks, each followed by attention where the level has it, then half the size.</summary>
/// <remarks>diffusers' DownBlock2D, AttnDownBlock2D with attention, and ResnetDownsampleBlock2D, which is halved by a residual
/// block.</remarks>
public sealed class DownBlock2D : nn.Module<Tensor, Tensor, Tensor[]>
{
    readonly ModuleList<Attention> attentions;      // as many as residual blocks, or none
    readonly ModuleList<ResnetBlock2D> resnets;
    readonly ModuleList<nn.Module> downsamplers;    // one, Downsample2D or ResnetBlock2D, or none on the last level

    /// <summary>Builds the level.</summary>
    /// <param name="inChannels">Width of the level above.</param>
    /// <param name="outChannels">Width of this level.</param>
    /// <param name="type">One of <see cref="UNetConfig.DownBlockTypes"/>.</param>
    /// <param name="isLast">Whether this is the smallest level, which is not halved again.</param>
    /// <param name="config">Everything else.</param>
    public DownBlock2D(long inChannels, long outChannels, string type, bool isLast, UNetConfig config) : base(nameof(DownBlock2D))
    {
        int layers = config.LayersPerBlock;
        resnets = [.. Enumerable.Range(0, layers).Select(i => new ResnetBlock2D(i == 0 ? inChannels : outChannels, outChannels, config))];
        bool attention = type == UNetConfig.AttnDownBlock;
        attentions = [.. Enumerable.Range(0, attention ? layers : 0).Select(_ => new Attention(outChannels, config.NormNumGroups, config))];
        bool byResnet = type == UNetConfig.ResnetDownBlock || (attention && config.DownsampleType == UNetConfig.Resnet);
        downsamplers = isLast ? []
            : byResnet ? [new ResnetBlock2D(outChannels, outChannels, config, resize: Downsample2D.Mean)]
            : [new Downsample2D(outChannels, config.DownsamplePadding)];
        RegisterComponents();
    }

    /// <summary>(B, in, H, W) and the time embedding → every state on the way, for the other side of the U; the last of them is what goes
    /// on down.</summary>
    public override Tensor[] forward(Tensor x, Tensor time)
    {
        using var scope = NewDisposeScope();
        var states = new List<Tensor>();
        for (int i = 0; i < resnets.Count; i++)
        {
            x = resnets[i].call(x, time);                       // (B, out, H, W)
            if (attentions.Count > 0) x = attentions[i].call(x);
            states.Add(x);
        }
        if (downsamplers.Count > 0) states.Add(Halved(x, time));
        return [.. states.Select(state => state.MoveToOuterDisposeScope())];
    }

    // (B, out, H/2, W/2)
    Tensor Halved(Tensor x, Tensor time) => downsamplers[0] is ResnetBlock2D block ? block.call(x, time)
        : ((Downsample2D)downsamplers[0]).call(x);
}
