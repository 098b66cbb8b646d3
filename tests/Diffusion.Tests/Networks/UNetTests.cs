using Diffusion.Devices;
using Diffusion.Networks;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Tests.Networks;

public sealed class UNetTests
{
    static readonly UNetConfig small = new()
    {
        InChannels = 1,
        OutChannels = 1,
        BlockOutChannels = [8, 12, 16],
        LayersPerBlock = 1,
        NormNumGroups = 4,
        AttentionHeadDim = null,
        DownBlockTypes = [UNetConfig.DownBlock, UNetConfig.DownBlock, UNetConfig.AttnDownBlock],
        UpBlockTypes = [UNetConfig.AttnUpBlock, UNetConfig.UpBlock, UNetConfig.UpBlock],
    };

    [Fact]
    public void Its_modules_stand_under_the_names_of_diffusers()
    {
        using var network = new UNet(small);
        string[] names = [.. network.named_parameters().Select(p => p.name)];
        Assert.Contains("conv_in.weight", names);
        Assert.Contains("time_embedding.linear_1.bias", names);
        Assert.Contains("down_blocks.2.attentions.0.to_out.0.weight", names);
        Assert.Contains("down_blocks.0.downsamplers.0.conv.weight", names);
        Assert.Contains("up_blocks.0.upsamplers.0.conv.bias", names);
        Assert.Contains("up_blocks.2.resnets.1.conv_shortcut.weight", names);
        Assert.Contains("mid_block.resnets.1.time_emb_proj.weight", names);
        Assert.DoesNotContain("down_blocks.2.downsamplers.0.conv.weight", names);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public void It_has_as_many_parameters_as_the_published_faces_model()
    {
        // google/ddpm-ema-celebahq-256: 113.67 million; counted here by hand from the widths, on a network of which no memory is touched
        UNetConfig faces = new()
        {
            SampleSize = 256,
            BlockOutChannels = [128, 128, 256, 256, 512, 512],
            DownsamplePadding = 0,
            FlipSinToCos = false,
            FreqShift = 1,
            AttentionHeadDim = null,
            NormEps = 1e-6,
            DownBlockTypes = [.. Enumerable.Repeat(UNetConfig.DownBlock, 4), UNetConfig.AttnDownBlock, UNetConfig.DownBlock],
            UpBlockTypes = [UNetConfig.UpBlock, UNetConfig.AttnUpBlock, .. Enumerable.Repeat(UNetConfig.UpBlock, 4)],
        };
        using UNet network = Initialization.LeftBlank(() => new UNet(faces));
        Assert.Equal(113_673_219, network.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void With_its_last_layers_at_0_every_block_passes_on_what_it_gets_and_the_network_says_0_and_learns()
    {
        Compute.Seed(3);
        using var network = new UNet(small);
        using Tensor x = randn(2, 1, 8, 8), t = tensor(new long[] { 3, 500 });
        Assert.NotEqual(0, network.Predict(x, t).abs().max().item<float>());
        network.ZeroLastLayers();
        Assert.Equal(0, network.Predict(x, t).abs().max().item<float>());
        using Tensor e = randn(2, small.TimeChannels);
        foreach (var (name, module) in network.named_modules())
        {
            var sizes = module.named_parameters().ToDictionary(p => p.name, p => p.parameter.shape[0]);
            if (module is ResnetBlock2D block && !sizes.ContainsKey("conv_shortcut.weight")) Passes(h => block.call(h, e), sizes["norm1.weight"]);
            if (module is Attention attention) Passes(attention.call, sizes["group_norm.weight"]);

            void Passes(Func<Tensor, Tensor> piece, long channels)
            {
                using Tensor h = randn(2, channels, 4, 4);
                Assert.True(piece(h).allclose(h), name);
            }
        }
        using Tensor loss = (network.Predict(x, t) - x).square().mean();
        loss.backward();
        Assert.NotEqual(0, network.named_parameters().Single(p => p.name == "conv_out.weight").parameter.grad!.abs().max().item<float>());
    }

    [Theory]
    [InlineData(28, 28)]
    [InlineData(4, 8)]
    public void Sizes_that_halve_at_every_level_come_back_as_they_went_in(long height, long width)
    {
        using var scope = NewDisposeScope();
        using var network = new UNet(small);
        Assert.Equal([2, 1, height, width], network.call(randn(2, 1, height, width), tensor(new long[] { 0, 999 })).shape);
    }

    [Theory]
    [InlineData(30, 28)]
    [InlineData(28, 2)]
    public void Other_sizes_are_refused_in_one_sentence(long height, long width)
    {
        using var scope = NewDisposeScope();
        using var network = new UNet(small);
        var error = Assert.Throws<ArgumentException>(() => network.call(randn(1, 1, height, width), tensor(0L)));
        Assert.Equal($"Images of {height}×{width} do not fit this network: with 3 levels height and width must be multiples of 4, so pad or resize them, or take fewer levels.",
            error.Message);
    }

    [Fact]
    public void Other_channel_counts_and_time_counts_are_refused()
    {
        using var scope = NewDisposeScope();
        using var network = new UNet(small);
        Assert.Contains("expected (B, 1, H, W)", Assert.Throws<ArgumentException>(() => network.call(randn(1, 3, 28, 28), tensor(0L))).Message);
        Assert.Contains("t has 2 entries", Assert.Throws<ArgumentException>(() => network.call(randn(3, 1, 28, 28), tensor(new long[] { 0, 1 }))).Message);
    }

    [Fact]
    public void The_papers_time_t_is_the_wires_t_minus_1()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var network = new UNet(small);
        Tensor x = randn(2, 1, 8, 8);
        Tensor each = network.Predict(x, tensor(new long[] { 1, 1000 })), wire = network.call(x, tensor(new long[] { 0, 999 }));
        Assert.True(AreSame(each, wire));
        Assert.False(AreSame(each, network.call(x, tensor(new long[] { 1, 1000 }))));
        Assert.True(AreSame(network.Predict(x, 1000), network.call(x, tensor(999L))));
        Assert.Contains("t is 0", Assert.Throws<ArgumentOutOfRangeException>(() => network.Predict(x, 0)).Message);
    }

    [Fact]
    public void Items_of_a_batch_do_not_see_each_other()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var network = new UNet(small);
        Tensor x = randn(3, 1, 8, 8), t = tensor(new long[] { 5, 500, 900 });
        Tensor together = network.call(x, t), alone = network.call(x.narrow(0, 1, 1), t.narrow(0, 1, 1));
        Assert.InRange((together.narrow(0, 1, 1) - alone).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void Centred_input_is_the_same_network_on_2x_minus_1()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using UNet plain = new(small), centring = new(small with { CenterInputSample = true });
        centring.load_state_dict(plain.state_dict());
        Tensor x = rand(1, 1, 8, 8), t = tensor(3L);
        Assert.True(AreSame(centring.call(x, t), plain.call(2 * x - 1, t)));
    }

    [Fact]
    public void A_network_outlives_the_scope_that_built_it()
    {
        UNet network;
        using (NewDisposeScope()) network = new UNet(small);
        using (network)
        {
            using var scope = NewDisposeScope();
            Assert.Equal([1, 1, 8, 8], network.call(randn(1, 1, 8, 8), tensor(0L)).shape);
        }
    }

    [Fact]
    public void Twenty_training_steps_leave_no_tensor_behind()
    {
        using var network = new UNet(small);
        using var optimiser = optim.SGD(network.parameters(), 1e-3);
        var live = new List<long>();
        for (int step = 0; step < 22; step++)
        {
            using (var scope = NewDisposeScope())
            {
                Tensor x = randn(2, 1, 8, 8), t = randint(1, 1001, 2);
                optimiser.zero_grad();
                (network.Predict(x, t) - x).pow(2).mean().backward();
                optimiser.step();
            }
            live.Add(step == 1 ? LiveTensors.Settled() : Tensor.TotalCount);
        }
        Assert.All(live.Skip(2), count => Assert.Equal(live[1], count));   // the first step makes the gradients themselves
    }

    [Fact]
    public void An_option_that_does_not_fit_is_refused_before_anything_is_built() =>
        Assert.StartsWith("norm_num_groups is 5, which does not divide the width 8", Assert.Throws<ArgumentException>(() => new UNet(small with { NormNumGroups = 5 })).Message);

    static bool AreSame(Tensor a, Tensor b) => a.eq(b).all().item<bool>();
}
