using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Models.Recordings;
using Diffusion.Networks;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests.Recordings;

public sealed class ModelParityTests
{
    [Theory]
    [InlineData("tiny-celebahq")]
    [InlineData("tiny-cifar10")]
    [InlineData("tiny-options")]
    [InlineData("tiny-cifar10-legacy")]
    public void A_model_of_the_reference_gives_the_reference_outputs_module_by_module(string name)
    {
        ParityResult result = ModelParity.Check(Golden.Folder(name));
        Assert.True(result.Passed, result.ToString());
        Assert.True(result.MaxAbsDifference > 0, "two float32 libraries never agree on every bit: nothing was compared");
        Assert.True(result.MaxAbsDifference < 5e-5, result.ToString());  // measured 1e-5 to 2e-5, in hidden states near 10
        Assert.Equal("model", result.Kind);
    }

    [Theory]
    [InlineData("tiny-celebahq")]
    [InlineData("tiny-cifar10")]
    [InlineData("tiny-options")]
    public void Its_output_is_as_near_to_float64_as_the_references_own(string name)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        using UNet network = UNetFolder.Load(Golden.Folder(name));
        using var io = SafeTensors.Open(Path.Combine(Golden.Folder(name), ModelParity.IoFile));
        Tensor Recorded(string tensor) => io.Read(tensor).to(Compute.Device);
        Tensor exact = Recorded("expected_f64");
        double Error(Tensor output) => (output.to(ScalarType.Float64) - exact).abs().max().item<double>();
        Assert.InRange(Error(network.call(Recorded("sample"), Recorded("timesteps"))), 0, 3 * Error(Recorded("expected")));
    }

    /// <summary>What each mistake must cost, by the reference's own README, is 0.18 and more: none may pass.</summary>
    [Theory]
    [InlineData("\"norm_eps\": 1e-06", "\"norm_eps\": 1e-05")]
    [InlineData("\"flip_sin_to_cos\": false", "\"flip_sin_to_cos\": true")]
    [InlineData("\"freq_shift\": 1", "\"freq_shift\": 0")]
    [InlineData("\"downsample_padding\": 0", "\"downsample_padding\": 1")]
    [InlineData("\"norm_num_groups\": 4", "\"norm_num_groups\": 2")]
    [InlineData("\"attention_head_dim\": null", "\"attention_head_dim\": 4")]
    [InlineData("\"center_input_sample\": false", "\"center_input_sample\": true")]
    [InlineData("\"mid_block_scale_factor\": 1", "\"mid_block_scale_factor\": 1.1")]
    [InlineData("\"attn_norm_num_groups\": null", "\"attn_norm_num_groups\": 2")]
    public void An_option_that_is_read_wrongly_does_not_pass(string right, string wrong)
    {
        using var scratch = Copy();
        string config = File.ReadAllText(scratch[ModelFiles.Config]);
        Assert.Contains(right, config);
        File.WriteAllText(scratch[ModelFiles.Config], config.Replace(right, wrong));
        ParityResult result = ModelParity.Check(scratch.Folder);
        Assert.False(result.Passed, result.ToString());
        Assert.True(result.MaxAbsDifference > 0.01, result.ToString());
    }

    [Fact]
    public void A_difference_in_one_recorded_tensor_is_found_and_named()
    {
        using var scratch = Copy();
        Change(scratch[ModelParity.IntermediatesFile], "mid_block.attentions.0", tensor => tensor.flatten()[7] += 2e-4);
        Assert.Equal(("mid_block.attentions.0", false), Verdict(scratch));
        Change(scratch[ModelParity.IoFile], "expected_scalar_t", tensor => tensor.flatten()[^1] += 3e-4);   // the last item, whose time it is
        Assert.Equal(("expected_scalar_t", false), Verdict(scratch));
        Change(scratch[ModelParity.IoFile], "expected", tensor => tensor.flatten()[0] = float.NaN);
        Assert.Equal(("expected", false), Verdict(scratch));
    }

    [Fact]
    public void The_hidden_states_need_not_be_recorded()
    {
        using var scratch = Copy();
        File.Delete(scratch[ModelParity.IntermediatesFile]);
        Assert.True(ModelParity.Check(scratch.Folder).Passed);
    }

    [Fact]
    public void A_folder_it_cannot_handle_is_refused_in_one_sentence()
    {
        using var scratch = Copy();
        Rename(scratch[ModelParity.IntermediatesFile], "mid_block", "middle");
        Assert.Contains("has an output of 'middle', which is no module", Assert.Throws<InvalidDataException>(() => ModelParity.Check(scratch.Folder)).Message);
        Rename(scratch[ModelParity.IntermediatesFile], "middle", "up_blocks");
        Assert.Contains("has an output of 'up_blocks', which is no module", Assert.Throws<InvalidDataException>(() => ModelParity.Check(scratch.Folder)).Message);
        Rename(scratch[ModelParity.IoFile], "sample", "x");
        Assert.Contains("has no tensor 'sample'", Assert.Throws<InvalidDataException>(() => ModelParity.Check(scratch.Folder)).Message);
        Rename(scratch[ModelParity.IoFile], "expected_f64", "sample");
        Rename(scratch[ModelParity.IoFile], "timesteps", "t");
        Assert.Contains("has no tensor 'timesteps'", Assert.Throws<InvalidDataException>(() => ModelParity.Check(scratch.Folder)).Message);
        File.Delete(scratch[ModelParity.IoFile]);
        Assert.Contains(ModelParity.IoFile, Assert.Throws<FileNotFoundException>(() => ModelParity.Check(scratch.Folder)).Message);
    }

    static (string, bool) Verdict(Golden.Scratch scratch)
    {
        ParityResult result = ModelParity.Check(scratch.Folder);
        return (result.Case, result.Passed);
    }

    static Golden.Scratch Copy()
    {
        var scratch = new Golden.Scratch();
        foreach (string file in Directory.GetFiles(Golden.Folder("tiny-cifar10"))) File.Copy(file, scratch[Path.GetFileName(file)]);
        return scratch;
    }

    static void Change(string path, string name, Action<Tensor> change) => Rewrite(path, tensors => change(tensors[name]));

    static void Rename(string path, string from, string to) => Rewrite(path, tensors =>
    {
        tensors[to] = tensors[from];
        tensors.Remove(from);
    });

    static void Rewrite(string path, Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensors.Open(path);
        var tensors = file.Tensors.Keys.ToDictionary(key => key, file.Read);
        change(tensors);
        SafeTensors.Write(path, tensors);
    }
}
