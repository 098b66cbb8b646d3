using Diffusion.Devices;
using Diffusion.Models;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Tests.Networks;

/// <summary>Every option against <see cref="ExactUNet"/>, through the files and back.</summary>
public sealed class OptionTests
{
    const string Attn = """
         "down_block_types": ["AttnDownBlock2D", "DownBlock2D", "AttnDownBlock2D"],
         "up_block_types": ["UpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D"]
        """;
    const string Resnets = """
         "down_block_types": ["ResnetDownsampleBlock2D", "AttnDownBlock2D", "DownBlock2D"],
         "up_block_types": ["ResnetUpsampleBlock2D", "AttnUpBlock2D", "UpBlock2D"]
        """;

    [Theory]
    [InlineData("\"act_fn\": \"silu\"")]
    [InlineData("\"act_fn\": \"swish\"")]
    [InlineData("\"act_fn\": \"gelu\"")]
    [InlineData("\"act_fn\": \"mish\"")]
    [InlineData("\"resnet_time_scale_shift\": \"scale_shift\"")]
    [InlineData("\"resnet_time_scale_shift\": \"scale_shift\", \"attn_norm_num_groups\": 2, \"mid_block_scale_factor\": 1.5")]
    [InlineData("\"downsample_type\": \"resnet\"")]
    [InlineData("\"upsample_type\": \"resnet\"")]
    [InlineData("\"downsample_type\": null, \"upsample_type\": null")]
    [InlineData(Resnets)]
    [InlineData(Resnets + ", \"resnet_time_scale_shift\": \"scale_shift\", \"act_fn\": \"gelu\", "
        + "\"upsample_type\": \"resnet\", \"downsample_type\": \"resnet\"")]
    [InlineData("\"attention_head_dim\": 4")]
    [InlineData("\"attention_head_dim\": null")]
    [InlineData("\"add_attention\": false")]
    [InlineData("\"mid_block_type\": null")]
    [InlineData("\"downsample_padding\": 0, \"freq_shift\": 1, \"flip_sin_to_cos\": false")]
    [InlineData("\"num_class_embeds\": 10")]
    [InlineData("\"class_embed_type\": \"timestep\"")]
    [InlineData("\"class_embed_type\": \"identity\", \"time_embedding_dim\": 20")]
    [InlineData("\"dropout\": 0.4")]
    [InlineData("\"num_train_timesteps\": 1000")]
    public void An_option_means_what_its_formula_says(string option)
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        string blocks = option.Contains("down_block_types") ? "" : Attn + ", ";
        File.WriteAllText(scratch[ModelFiles.Config], $$"""
            { {{blocks}} "block_out_channels": [8, 16, 16], "norm_num_groups": 4, "layers_per_block": 1, {{option}} }
            """);
        UNetConfig config = UNetConfigJson.Read(scratch[ModelFiles.Config]);
        Compute.Seed(71);
        using (var random = new UNet(config))
        {
            foreach (var (name, parameter) in random.named_parameters()) parameter.add_(0.2 * randn_like(parameter));   // norms and biases too
            random.Save(scratch.Folder);
        }
        using UNet network = UNetFolder.Load(scratch.Folder);
        Assert.Equal(config.ToJson(), network.Config.ToJson());

        Tensor x = randn(2, 3, 8, 12), t = tensor(new long[] { 37, 801 });
        Tensor? labels = config.ClassEmbedType == "identity" ? randn(2, 20)
            : config.ClassEmbedType is not null || config.NumClassEmbeds is not null ? tensor(new long[] { 3, 9 }) : null;
        Tensor found = network.Predict(x, t + 1, labels);
        var exact = new ExactUNet(config, network.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter));
        Tensor expected = exact.Predict(x.to(ScalarType.Float64), t, labels);
        Assert.InRange(((found.to(ScalarType.Float64) - expected).abs().max() / expected.abs().max()).item<double>(), 1e-12, 3e-5);
        if (labels is not null) Assert.True((network.Predict(x, t + 1, labels.flip(0)) - found).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void Dropout_forgets_while_training_and_not_otherwise()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        Compute.Seed(72);
        using var network = new UNet(SmallUNet.Config with { Dropout = 0.5 });
        Tensor x = randn(1, 1, 8, 8);
        network.train();
        Assert.False(network.Predict(x, 5).allclose(network.Predict(x, 5)));
        network.eval();
        Assert.True(network.Predict(x, 5).equal(network.Predict(x, 5)).all().item<bool>());
        Assert.Contains("\"dropout\": 0.5", network.Config.ToJson());
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused_in_one_sentence()
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using var classes = new UNet(SmallUNet.Config with { NumClassEmbeds = 10 });
        using var none = new UNet(SmallUNet.Config);
        using var points = new Mlp();
        Tensor x = randn(2, 1, 8, 8), t = tensor(new long[] { 1, 2 });
        string Refused(Denoiser network, Tensor? labels) => Assert.ThrowsAny<ArgumentException>(() => network.Predict(x, t, labels)).Message;
        Assert.Contains("got no labels", Refused(classes, null));
        Assert.Contains("labels have shape (3), expected (2)", Refused(classes, tensor(new long[] { 1, 2, 3 })));
        Assert.Contains("labels hold Float32, expected Int64", Refused(classes, ones(2)));
        Assert.Contains("labels go from 0 to 10, expected 0 to 9", Refused(classes, tensor(new long[] { 0, 10 })));
        Assert.Contains("labels go from -1 to 1", Refused(classes, tensor(new long[] { -1, 1 })));
        Assert.Contains("knows no classes", Refused(none, tensor(new long[] { 0, 1 })));
        Assert.Contains("Mlp knows no classes", Refused(points, tensor(new long[] { 0, 1 })));
        Assert.Contains(classes.Parts(), part => part is { Name: "class_embedding", Parameters: 10 * 32 });
    }
}
