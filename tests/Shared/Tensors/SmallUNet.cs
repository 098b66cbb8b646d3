using Diffusion.Networks;

namespace Shared.Tensors;

/// <summary>The smallest network that has every piece: two levels, attention at the lower one, grey images.</summary>
static class SmallUNet
{
    internal static UNetConfig Config { get; } = new()
    {
        SampleSize = 8,
        InChannels = 1,
        OutChannels = 1,
        BlockOutChannels = [8, 16],
        LayersPerBlock = 1,
        NormNumGroups = 4,
        DownBlockTypes = [UNetConfig.DownBlock, UNetConfig.AttnDownBlock],
        UpBlockTypes = [UNetConfig.AttnUpBlock, UNetConfig.UpBlock],
    };
}
