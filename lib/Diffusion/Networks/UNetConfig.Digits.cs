namespace Diffusion.Networks;

public sealed partial record UNetConfig
{
    /// <summary>
    /// A network for 28×28 grey images that a laptop's CPU trains in half an hour: widths 32, 64, 64 at 28×28, 14×14 and 7×7, one residual
    /// block a level, attention at 7×7; 1.1 million parameters.
    /// </summary>
    public static UNetConfig Digits { get; } = new()
    {
        SampleSize = 28,
        InChannels = 1,
        OutChannels = 1,
        BlockOutChannels = [32, 64, 64],
        DownBlockTypes = [DownBlock, DownBlock, AttnDownBlock],
        UpBlockTypes = [AttnUpBlock, UpBlock, UpBlock],
        LayersPerBlock = 1,
        AttentionHeadDim = null,
        NormNumGroups = 8,
    };
}
