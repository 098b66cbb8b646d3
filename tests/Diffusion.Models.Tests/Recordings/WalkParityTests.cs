using Diffusion.Models.Recordings;
using Shared.Tensors;

namespace Diffusion.Models.Tests.Recordings;

public sealed class WalkParityTests
{
    [Theory]
    [InlineData("trajectory-ddpm5", "trajectory")]
    [InlineData("trajectory-ddim5", "trajectory")]
    [InlineData("schedulers", "schedulers")]
    [InlineData("tiny-cifar10", "model")]
    public void What_diffusers_recorded_is_reproduced(string folder, string kind)
    {
        ParityResult result = Parity.Check(Golden.Folder(folder));
        Assert.Equal(kind, result.Kind);
        Assert.True(result.Passed, result.ToString());
        Assert.InRange(result.MaxAbsDifference, 1e-9, result.Tolerance); // something was compared
    }

    [Fact]
    public void A_scheduler_told_wrong_is_noticed()
    {
        using var scratch = new Golden.Scratch();
        string cases = Directory.CreateDirectory(Path.Combine(scratch.Folder, "ddpm")).FullName;
        File.Copy(Path.Combine(Golden.Folder("schedulers"), "ddpm", "04.safetensors"), Path.Combine(cases, "04.safetensors"));
        string config = File.ReadAllText(Path.Combine(Golden.Folder("schedulers"), "ddpm", "04.scheduler_config.json"));
        File.WriteAllText(Path.Combine(cases, "04.scheduler_config.json"), config.Replace("fixed_large", "fixed_small"));
        Assert.False(Parity.Check(scratch.Folder).Passed);
    }

    [Fact]
    public void A_file_that_a_case_lacks_is_named()
    {
        using var scratch = new Golden.Scratch();
        string cases = Directory.CreateDirectory(scratch["ddim"]).FullName, from = Path.Combine(Golden.Folder("schedulers"), "ddim");
        File.Copy(Path.Combine(from, "00.safetensors"), Path.Combine(cases, "113.safetensors"));
        Assert.Contains("113.scheduler_config.json", Assert.Throws<FileNotFoundException>(() => Parity.Check(scratch.Folder)).Message);
        File.Copy(Path.Combine(from, "00.scheduler_config.json"), Path.Combine(cases, "113.scheduler_config.json"));
        Assert.True(Parity.Check(scratch.Folder).Passed);
        File.Delete(Path.Combine(cases, "113.safetensors"));
        Assert.Contains("113.safetensors", Assert.Throws<FileNotFoundException>(() => Parity.Check(scratch.Folder)).Message);
    }

    [Fact]
    public void A_folder_of_no_kind_is_refused_in_one_sentence()
    {
        using var scratch = new Golden.Scratch();
        Assert.Contains("holds neither", Assert.Throws<InvalidDataException>(() => Parity.Check(scratch.Folder)).Message);
        Assert.Throws<DirectoryNotFoundException>(() => Parity.Check(Path.Combine(scratch.Folder, "nowhere")));
    }
}
