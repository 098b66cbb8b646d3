using Course.Classroom;
using Diffusion.Devices;
using static TorchSharp.torch;

namespace Diffusion.Tests.Devices;

public sealed class ComputeTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cpu:1")]
    public void An_unknown_device_is_refused_by_name(string wanted)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Compute.Choose(wanted));
        Assert.Contains($"WORKBOOK_DEVICE is '{wanted}'", error.Message);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_with_the_remedy()
    {
        if (cuda.is_available()) return; // there it is
        var error = Assert.Throws<InvalidOperationException>(() => Compute.Choose("cuda"));
        Assert.Contains("WORKBOOK_DEVICE=cpu", error.Message);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData(" CPU ")]
    public void The_cpu_is_always_there(string wanted) => Assert.Equal("cpu", Compute.Choose(wanted).ToString());

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("ALL", true)]
    [InlineData("avx2", false)]
    [InlineData("AVX512_CORE_VNNI", false)]
    [InlineData("AVX512_CORE_BF16", true)]
    [InlineData("AVX512_CORE_AMX", true)]
    public void Bfloat16_is_fast_only_where_oneDNN_may_use_its_instructions(string? limit, bool allowed) =>
        Assert.Equal(allowed, Compute.AllowsBFloat16(limit));

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        Compute.Seed(7);
        using Tensor first = randn(5, device: Compute.Device);
        Compute.Seed(7);
        using Tensor second = randn(5, device: Compute.Device);
        Assert.Equal(first.ToDoubles(), second.ToDoubles());
    }

    [Fact]
    public void Numbers_survive_the_way_to_a_tensor_and_back()
    {
        double[] values = [0.5, -2, 1e10];
        using Tensor there = values.ToTensor();
        Assert.Equal(values, there.ToDoubles());
        using Tensor transposed = arange(6, dtype: ScalarType.Int64).view(2, 3).t();
        Assert.Equal([0, 3, 1, 4, 2, 5], transposed.ToDoubles());
    }

    [Fact]
    public void The_preflight_finds_nothing_that_makes_chapters_fail()
    {
        IReadOnlyList<Finding> findings = Preflight.Run();
        Assert.DoesNotContain(findings, finding => finding.Fatal);
        Assert.Contains(findings, finding => finding.Name == "digits" && finding.Value.Contains("60,000"));
    }
}
