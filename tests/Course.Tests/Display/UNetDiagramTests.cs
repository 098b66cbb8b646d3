using Course.Display;
using Diffusion.Networks;

namespace Course.Tests.Display;

public sealed class UNetDiagramTests
{
    /// <summary>UNet2DModel's way up has one block a level more than the way down: each takes one state of conv_in, the blocks and the changes of size.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(11)]           // a network that must be told a class
    public void What_goes_across_is_found_by_listening_and_nobody_listens_on(int? classes)
    {
        using var network = new UNet(UNetConfig.Digits with { NumClassEmbeds = classes });
        string[] from = [.. network.Skips().Select(skip => skip.From)];
        Assert.Equal(from, network.Skips().Select(skip => skip.From));
        Assert.Equal("conv_in", from[^1]);
        Assert.Equal(6, from.Length);
        Assert.Equal(6, from.Distinct().Count());
    }
}
