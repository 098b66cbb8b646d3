using Diffusion.Models.Files;
using Diffusion.Networks;
using Shared.Tensors;

namespace Diffusion.Models.Tests;

public sealed class UNetConfigTests
{
    [Theory]
    [InlineData("tiny-celebahq")]
    [InlineData("tiny-cifar10")]
    [InlineData("tiny-options")]
    public void A_config_of_the_reference_written_again_is_the_same_text(string name)
    {
        using var scratch = new Golden.Scratch();
        string original = Path.Combine(Golden.Folder(name), ModelFiles.Config);
        UNetConfigJson.Read(original).Write(scratch["config.json"]);
        Assert.Equal(File.ReadAllText(original).Replace("0.40.0.dev0", "0.40.0"), File.ReadAllText(scratch["config.json"]));
    }

    /// <summary>Ho et al. 2020, appendix B: six levels, attention at 16×16; the habits are those of their program.</summary>
    [Fact]
    public void The_options_of_the_faces_network_are_those_of_the_paper()
    {
        UNetConfig faces = UNetConfigJson.Read(Golden.Folder("../../data/faces/config.json"));
        Assert.Equal(new ImageSize(256, 256), faces.SampleSize);
        Assert.Equal([128, 128, 256, 256, 512, 512], faces.BlockOutChannels);
        Assert.Equal(4, faces.DownBlockTypes.ToList().IndexOf(UNetConfig.AttnDownBlock));
        Assert.Equal(1, faces.UpBlockTypes.ToList().IndexOf(UNetConfig.AttnUpBlock));
        Assert.Equal((2, 32, 1e-6, 0, false, 1.0), (faces.LayersPerBlock, faces.NormNumGroups, faces.NormEps, faces.DownsamplePadding, faces.FlipSinToCos, faces.FreqShift));
        Assert.Null(faces.AttentionHeadDim);
    }

    [Fact]
    public void What_is_absent_takes_the_defaults_of_diffusers()
    {
        UNetConfig config = Read("{}");
        Assert.Equal([224, 448, 672, 896], config.BlockOutChannels);
        Assert.Equal(["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"], config.DownBlockTypes);
        Assert.Equal(["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"], config.UpBlockTypes);
        Assert.Equal((null, 3, 3, 2, 1, 32, 1e-5), (config.SampleSize, config.InChannels, config.OutChannels, config.LayersPerBlock, config.DownsamplePadding, config.NormNumGroups, config.NormEps));
        Assert.Equal((8, true, 0.0, true, false, 1.0, 896), (config.AttentionHeadDim, config.FlipSinToCos, config.FreqShift, config.AddAttention, config.CenterInputSample, config.MidBlockScaleFactor, config.TimeChannels));
        Assert.Null(config.AttnNormNumGroups);
    }

    [Fact]
    public void Null_heads_are_one_head_and_notes_and_switched_off_options_are_passed_over()
    {
        UNetConfig config = Read("""{"attention_head_dim": null, "_class_name": 7, "_future": true, "some_new_option": null, "another": false, "sample_size": [32, 64], "act_fn": "swish"}""");
        Assert.Null(config.AttentionHeadDim);
        Assert.Equal(new ImageSize(32, 64), config.SampleSize);
    }

    [Theory]
    [InlineData("act_fn", "\"relu\"")]
    [InlineData("act_fn", "null")]
    [InlineData("time_embedding_type", "\"fourier\"")]
    [InlineData("time_embedding_type", "\"learned\"")]
    [InlineData("mid_block_type", "\"UNetMidBlock2DCrossAttn\"")]
    [InlineData("resnet_time_scale_shift", "\"spatial\"")]
    [InlineData("resnet_time_scale_shift", "null")]
    [InlineData("downsample_type", "\"fir\"")]
    [InlineData("upsample_type", "\"fir\"")]
    [InlineData("class_embed_type", "\"projection\"")]
    [InlineData("num_class_embeds", "0")]
    [InlineData("dropout", "1.5")]
    [InlineData("num_train_timesteps", "\"1000\"")]
    [InlineData("some_new_option", "1")]
    [InlineData("cross_attention_dim", "768")]
    [InlineData("norm_num_groups", "null")]
    [InlineData("norm_num_groups", "5")]
    [InlineData("attn_norm_num_groups", "3")]
    [InlineData("norm_eps", "\"1e-6\"")]
    [InlineData("norm_eps", "-1")]
    [InlineData("in_channels", "0")]
    [InlineData("in_channels", "3.5")]
    [InlineData("out_channels", "null")]
    [InlineData("layers_per_block", "0")]
    [InlineData("layers_per_block", "true")]
    [InlineData("downsample_padding", "2")]
    [InlineData("attention_head_dim", "0")]
    [InlineData("attention_head_dim", "[8]")]
    [InlineData("attention_head_dim", "500")]
    [InlineData("mid_block_scale_factor", "0")]
    [InlineData("flip_sin_to_cos", "1")]
    [InlineData("freq_shift", "112")]
    [InlineData("sample_size", "\"28\"")]
    [InlineData("sample_size", "[1, 2, 3]")]
    [InlineData("sample_size", "-4")]
    [InlineData("block_out_channels", "[]")]
    [InlineData("block_out_channels", "[64, 64]")]
    [InlineData("block_out_channels", "[64, 64, 64, 0]")]
    [InlineData("block_out_channels", "64")]
    [InlineData("block_out_channels", "[99999999, 1, 1, 1]")]
    [InlineData("down_block_types", "[\"DownBlock2D\", \"SkipDownBlock2D\", \"DownBlock2D\", \"DownBlock2D\"]")]
    [InlineData("up_block_types", "[\"CrossAttnUpBlock2D\", \"UpBlock2D\", \"UpBlock2D\", \"UpBlock2D\"]")]
    [InlineData("up_block_types", "[1]")]
    public void What_is_not_supported_is_refused_in_one_sentence_by_name_before_weights_are_read(string key, string value)
    {
        using var scratch = new Golden.Scratch();
        File.WriteAllText(scratch["config.json"], $$"""{"{{key}}": {{value}}}""");
        File.WriteAllText(scratch[ModelFiles.Weights], "no weights at all");
        string message = Assert.Throws<InvalidDataException>(() => UNetFolder.Load(scratch.Folder)).Message;
        Assert.StartsWith($"{scratch["config.json"]}: ", message);
        Assert.Contains(key == "block_out_channels" && value == "[64, 64]" ? "down_block_types has 4 entries, expected 2" : key, message);
        Assert.Contains("expected", message.Replace("does not divide", "expected"));
        if (!value.StartsWith('[')) Assert.Contains(value, message);
        Assert.EndsWith(".", message);
        Assert.DoesNotContain(". ", message);
    }

    [Fact]
    public void A_file_that_is_no_config_is_named()
    {
        using var scratch = new Golden.Scratch();
        Assert.Contains("config.json", Assert.Throws<FileNotFoundException>(() => UNetFolder.Load(scratch.Folder)).Message);
        Assert.Contains("not valid JSON (line 2)", Assert.Throws<InvalidDataException>(() => Read("{\n\"act_fn\": \n")).Message.Replace("line 3", "line 2"));
        Assert.Contains("expected a JSON object", Assert.Throws<InvalidDataException>(() => Read("[]")).Message);
    }

    static UNetConfig Read(string json)
    {
        using var scratch = new Golden.Scratch();
        File.WriteAllText(scratch["config.json"], json);
        return UNetConfigJson.Read(scratch["config.json"]);
    }
}
