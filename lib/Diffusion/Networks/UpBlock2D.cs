using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Networks;

/// <summary>
/// One level on the way up: before each residual block the state that the way down left at this place is laid beside the own, so that
/// detail lost at the bottom of the U comes back; attention where the level has it, then twice the size.
/// </summary>
/// <remarks>diffusers' UpBlock2D, AttnUpBlock2D with attention, and ResnetUpsampleBlock2D, which is doubled by a residual block.</remarks>
public sealed class UpBlock2D : nn.Module<Tensor, Stack<Tensor>, Tensor, Tensor>
{
    readonly ModuleList<Attention> attentions;  // as many as residual blocks, or none
    readonly ModuleList<ResnetBlock2D> resnets; // one more than on the way down
    readonly ModuleList<nn.Module> upsamplers;  // one, Upsample2D or ResnetBlock2D, or none on the last level

    /// <summary>Builds the level.</summary>
    /// <param name="inChannels">Width of the level below, which this one continues.</param>
    /// <param name="outChannels">Width of this level.</param>
    /// <param name="nextChannels">Width of the level above: its last state, halved, is this level's last skip.</param>
    /// <param name="type">One of <see cref="UNetConfig.UpBlockTypes"/>.</param>
    /// <param name="isLast">Whether this is the full size, which is not doubled again.</param>
    /// <param name="config">Everything else.</param>
    public UpBlock2D(long inChannels, long outChannels, long nextChannels, string type, bool isLast, UNetConfig config)
        : base(nameof(UpBlock2D))
    {
        int layers = config.LayersPerBlock + 1;
        resnets = [.. Enumerable.Range(0, layers).Select(i => new ResnetBlock2D(
            (i == 0 ? inChannels : outChannels) + (i == layers - 1 ? nextChannels : outChannels), outChannels, config))];
        bool attention = type == UNetConfig.AttnUpBlock;
        attentions = [.. Enumerable.Range(0, attention ? layers : 0).Select(_ => new Attention(outChannels, config.NormNumGroups, config))];
        bool byResnet = type == UNetConfig.ResnetUpBlock || (attention && config.UpsampleType == UNetConfig.Resnet);
        upsamplers = isLast ? []
            : byResnet ? [new ResnetBlock2D(outChannels, outChannels, config, resize: Upsample2D.Repeat)]
            : [new Upsample2D(outChannels)];
        RegisterComponents();
    }

    /// <summary>(B, in, H, W), the states of the way down and the time embedding → (B, out, 2H, 2W). Takes the states it uses off the
    /// stack.</summary>
    public override Tensor forward(Tensor x, Stack<Tensor> skips, Tensor time)
    {
        using var scope = NewDisposeScope();
        for (int i = 0; i < resnets.Count; i++)
        {
            x = resnets[i].call(cat([x, skips.Pop()], 1), time); // (B, in + skip, H, W) → (B, out, H, W)
            if (attentions.Count > 0) x = attentions[i].call(x);
        }
        if (upsamplers.Count > 0) x = upsamplers[0] is ResnetBlock2D block ? block.call(x, time) : ((Upsample2D)upsamplers[0]).call(x);
        return x.MoveToOuterDisposeScope();
    }
}
