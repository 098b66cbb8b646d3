using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Diffusion.Schedules;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests;

public sealed class UNetFilesTests
{
    static readonly UNetConfig small = SmallUNet.Config;

    [Fact]
    public void What_is_saved_loads_again_bit_for_bit()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(1);
        network.Save(scratch["model"]);
        using UNet again = UNetFolder.Load(scratch["model"]);
        AssertSame(network, again);
        Assert.All(again.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
        Assert.Equal(network.Config.ToJson(), again.Config.ToJson());
        Assert.Equal([ModelFiles.Config, ModelFiles.Weights], Directory.GetFiles(scratch["model"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_model_of_the_reference_is_saved_as_the_reference_saves_it()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = UNetFolder.Load(Golden.Folder("tiny-celebahq"));
        network.Save(scratch.Folder);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Golden.Folder("tiny-celebahq"), ModelFiles.Weights)), File.ReadAllBytes(scratch[ModelFiles.Weights]));
    }

    [Fact]
    public void Half_precision_halves_the_file_and_rounds_to_three_digits()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(2);
        network.Save(scratch["full"]);
        network.Save(scratch["half"], halfPrecision: true);
        Assert.InRange(Size("half"), 0, 0.7 * Size("full"));    // 100 headers of names beside 20,000 numbers
        using UNet half = UNetFolder.Load(scratch["half"]);
        foreach (var (stored, original) in half.parameters().Zip(network.parameters()))
        {
            Assert.Equal(ScalarType.Float32, stored.dtype);
            double[] expected = [.. original.ToDoubles().Select(value => (double)(System.Half)value)];
            Assert.Equal(expected, stored.ToDoubles());
        }

        double Size(string folder) => new FileInfo(Path.Combine(scratch[folder], ModelFiles.Weights)).Length;
    }

    [Fact]
    public void A_value_that_half_precision_cannot_hold_is_refused_by_name_and_nothing_is_written()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(3);
        using (no_grad()) network.get_parameter("conv_out.bias")!.fill_(70_000);
        Assert.Contains("'conv_out.bias' has values beyond ±65504", Assert.Throws<InvalidOperationException>(() => network.Save(scratch["m"], halfPrecision: true)).Message);
        Assert.False(File.Exists(Path.Combine(scratch["m"], ModelFiles.Weights)));
    }

    [Fact]
    public void Loading_draws_no_random_numbers_and_may_come_first_and_without_gradients()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(4);
        network.Save(scratch.Folder);
        Compute.Seed(9);
        double[] expected = randn(3).ToDoubles();
        Compute.Seed(9);
        using (no_grad())
        using (UNet again = UNetFolder.Load(scratch.Folder))
            AssertSame(network, again);
        Assert.Equal(expected, randn(3).ToDoubles());
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("model.unet.")]
    public void A_wrapper_that_stands_before_every_name_is_left_out(string prefix)
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(3);
        network.Save(scratch.Folder);
        var named = network.named_parameters().ToDictionary(p => prefix + p.name, p => (Tensor)p.parameter);
        SafeTensors.Write(scratch[ModelFiles.Weights], named);
        using (UNet again = UNetFolder.Load(scratch.Folder)) AssertSame(network, again);
        named["other"] = zeros(1);                                   // then it is common to all no longer
        SafeTensors.Write(scratch[ModelFiles.Weights], named);
        Assert.Contains("holds another network", Assert.Throws<InvalidDataException>(() => UNetFolder.Load(scratch.Folder)).Message);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:12ab\nsize 4521\n", "pointer of git-lfs")]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "web page")]
    [InlineData("  <html lang=\"en\">", "web page")]
    [InlineData("{\"error\": \"not found\"}", "this is JSON")]
    [InlineData("PK\u0003\u0004 and more of it", "zip archive, as torch.save writes")]
    [InlineData("", "0 bytes, too few")]
    [InlineData("just some words, longer than eight", "the header claims")]
    public void A_file_that_is_not_what_its_name_says_is_called_what_it_is(string text, string said)
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(4);
        network.Save(scratch.Folder);
        File.WriteAllText(scratch[ModelFiles.Weights], text);
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => UNetFolder.Load(scratch.Folder)).Message);
        if (!said.Contains("pointer") && !said.Contains("page")) return;
        File.Move(scratch[ModelFiles.Weights], scratch[ModelFiles.TorchWeights]);
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => UNetFolder.Load(scratch.Folder)).Message);
        File.WriteAllText(scratch[ModelFiles.Config], text);
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => UNetFolder.Load(scratch.Folder)).Message);
    }

    [Fact]
    public void Book_keeping_of_a_moving_average_changes_nothing()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(5);
        network.Save(scratch.Folder);
        string config = File.ReadAllText(scratch[ModelFiles.Config]);
        File.WriteAllText(scratch[ModelFiles.Config], config.Replace("{\n", "{\n  \"decay\": 0.9999, \"inv_gamma\": 1.0, \"power\": 0.75, \"min_decay\": 0.0, \"optimization_step\": 500000, "
            + "\"update_after_step\": 0, \"use_ema_warmup\": true,\n"));
        using UNet again = UNetFolder.Load(scratch.Folder);
        AssertSame(network, again);
        Assert.Equal(config, again.Config.ToJson());
    }

    [Fact]
    public void A_pipeline_of_latents_is_refused_and_a_stray_config_hides_nothing()
    {
        using var scratch = new Golden.Scratch();
        using UNet network = New(6);
        network.Save(scratch["unet"]);
        Directory.CreateDirectory(scratch["scheduler"]);
        SchedulerConfig.Save(scratch["scheduler"], NoiseSchedule.Linear());
        File.WriteAllText(scratch[ModelFiles.Config], "{\"_class_name\": \"VQModel\", \"latent_channels\": 3}");
        PretrainedModel.Open(scratch.Folder).Dispose();
        void Index(string text) => File.WriteAllText(scratch["model_index.json"], text);
        const string Own = "\"unet\": [\"diffusers\", \"UNet2DModel\"], \"scheduler\": [\"diffusers\", \"DDIMScheduler\"]";
        Index($"{{\"_class_name\": \"DDPMPipeline\", {Own}, \"feature_extractor\": [null, null]}}");
        PretrainedModel.Open(scratch.Folder).Dispose();
        Index($"{{\"_class_name\": \"LDMPipeline\", {Own}, \"vqvae\": [\"diffusers\", \"VQModel\"]}}");
        Assert.Contains("LDMPipeline with vqvae, so its network draws latents", Assert.Throws<InvalidDataException>(() => PretrainedModel.Open(scratch.Folder)).Message);
        Index("{");
        Assert.Contains("model_index.json is not valid JSON", Assert.Throws<InvalidDataException>(() => PretrainedModel.Open(scratch.Folder)).Message);
    }

    [Fact]
    public void A_missing_an_extra_and_a_misshaped_tensor_are_named_and_nothing_changes()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        using UNet network = New(5), other = New(6);
        Dictionary<string, Tensor> Tensors() => other.named_parameters().ToDictionary(p => p.name, p => (Tensor)p.parameter);
        double[] before = [.. network.parameters().SelectMany(parameter => parameter.ToDoubles())];

        var tensors = Tensors();
        tensors.Remove("conv_in.bias");
        Refused(tensors, "tensor 'conv_in.bias' is missing.");
        tensors = Tensors();
        tensors["surplus"] = ones(1);
        Refused(tensors, "tensor 'surplus' is unexpected.");
        tensors = Tensors();
        tensors["conv_out.weight"] = ones(1, 8, 1, 1);
        Refused(tensors, "'conv_out.weight' is (1, 8, 1, 1), expected (1, 8, 3, 3).");
        tensors = Tensors();
        tensors["conv_out.bias"] = ones(1, ScalarType.Int64);
        Refused(tensors, "'conv_out.bias' holds Int64, expected floating-point values.");
        Refused([], "tensors are missing (");

        using var wider = new UNet(small with { BlockOutChannels = [8, 32] });
        wider.Save(scratch["wider"]);
        string message = Assert.Throws<InvalidDataException>(() => Weights.Load(network, Path.Combine(scratch["wider"], ModelFiles.Weights))).Message;
        Assert.Contains("holds another network: ", message);
        Assert.Equal(before, network.parameters().SelectMany(parameter => parameter.ToDoubles()));

        void Refused(Dictionary<string, Tensor> tensors, string ending)
        {
            SafeTensors.Write(scratch["x"], tensors);
            string message = Assert.Throws<InvalidDataException>(() => Weights.Load(network, scratch["x"])).Message;
            Assert.StartsWith($"{scratch["x"]} holds another network: ", message);
            Assert.Contains(ending, message);
        }
    }

    [Fact]
    public void The_attention_names_of_2022_are_read_as_matrices_and_as_convolutions_but_not_beside_the_current_ones()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        using UNet network = New(7), again = New(8);
        (string Old, string Current)[] names = [("query", "to_q"), ("key", "to_k"), ("value", "to_v"), ("proj_attn", "to_out.0")];
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, parameter) in network.named_parameters())
        {
            string old = names.Aggregate(name, (so, pair) => so.Replace($".{pair.Current}.", $".{pair.Old}."));
            tensors[old] = old != name && parameter.dim() == 2 ? parameter.unsqueeze(-1).unsqueeze(-1) : parameter;
        }
        SafeTensors.Write(scratch["old"], tensors);
        Weights.Load(again, scratch["old"]);
        AssertSame(network, again);

        tensors["mid_block.attentions.0.to_q.bias"] = tensors["mid_block.attentions.0.query.bias"];
        SafeTensors.Write(scratch["both"], tensors);
        Assert.Contains("'mid_block.attentions.0.to_q.bias' twice", Assert.Throws<InvalidDataException>(() => Weights.Load(again, scratch["both"])).Message);
    }

    [Fact]
    public void A_folder_without_weights_is_named()
    {
        using var scratch = new Golden.Scratch();
        small.Write(scratch[ModelFiles.Config]);
        Assert.Contains(ModelFiles.Weights, Assert.Throws<FileNotFoundException>(() => UNetFolder.Load(scratch.Folder)).Message);
    }

    static UNet New(long seed)
    {
        Compute.Seed(seed);
        return new UNet(small);
    }

    static void AssertSame(UNet expected, UNet found)
    {
        Assert.Equal(expected.named_parameters().Select(p => p.name), found.named_parameters().Select(p => p.name));
        foreach (var (e, f) in expected.parameters().Zip(found.parameters())) Assert.Equal(e.ToDoubles(), f.ToDoubles());
    }
}
