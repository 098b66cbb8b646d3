using Diffusion.Networks;
using Shared.Tensors;

namespace Diffusion.Models.Tests;

public sealed class UNetPartsTests
{
    static readonly UNetConfig small = SmallUNet.Config with { SampleSize = 16, BlockOutChannels = [8, 12], AttentionHeadDim = null };

    [Fact]
    public void The_pieces_stand_in_the_order_in_which_they_work_and_hold_every_parameter()
    {
        using var network = new UNet(small);
        IReadOnlyList<NetworkPart> parts = network.Parts();
        Assert.Equal([
            "time_embedding", "conv_in", "down_blocks.0.resnets.0", "down_blocks.0.downsamplers.0",
            "down_blocks.1.resnets.0", "down_blocks.1.attentions.0",
            "mid_block.resnets.0", "mid_block.attentions.0", "mid_block.resnets.1",
            "up_blocks.0.resnets.0", "up_blocks.0.attentions.0", "up_blocks.0.resnets.1", "up_blocks.0.attentions.1", "up_blocks.0.upsamplers.0",
            "up_blocks.1.resnets.0", "up_blocks.1.resnets.1", "conv_norm_out", "conv_out"], parts.Select(part => part.Name));
        Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), parts.Sum(part => part.Parameters));
    }

    [Fact]
    public void Their_shapes_are_those_of_the_image_on_its_way()
    {
        using var network = new UNet(small);
        Dictionary<string, NetworkPart> parts = network.Parts(new ImageSize(8, 12)).ToDictionary(part => part.Name);
        Assert.Equal([32], parts["time_embedding"].Output);
        Assert.Equal([8, 4, 6], parts["down_blocks.0.downsamplers.0"].Output);
        Assert.Equal([12, 4, 6], parts["mid_block.attentions.0"].Output);
        Assert.Equal([12, 8, 12], parts["up_blocks.0.upsamplers.0"].Output);
        Assert.Equal([1, 8, 12], parts["conv_out"].Output);
        Assert.Equal(96, parts["conv_out"].Pixels);
        Assert.Equal(nameof(Downsample2D), parts["down_blocks.0.downsamplers.0"].Kind);
        Assert.Equal(9 * 8 * 8 + 8, parts["down_blocks.0.downsamplers.0"].Parameters);
    }

    [Fact]
    public void Without_a_size_it_asks_for_one()
    {
        using var network = new UNet(small with { SampleSize = null });
        Assert.Contains("sample_size", Assert.Throws<ArgumentException>(() => network.Parts()).Message);
    }
}
