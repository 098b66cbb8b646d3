using BenchmarkDotNet.Attributes;
using Course.Benchmarks;
using Diffusion.Devices;
using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Benchmarks;

/// <summary>The layers that a U-Net's time goes into, each at a size at which the network of <c>workbook bench</c> has it, batch 64.</summary>
[InProcess]
public class KernelBenchmarks
{
    nn.Module<Tensor, Tensor> convolution = null!, norm = null!, attention = null!;
    Tensor wide = null!, deep = null!;

    [Params(ScalarType.Float32, ScalarType.BFloat16)]
    public ScalarType Type { get; set; }

    /// <summary>Whether the gradients by input and parameters are computed too.</summary>
    [Params(false, true)]
    public bool Gradients { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Seed(0);
        convolution = new ConvolutionLayer(64, 64, kernelSize: 3, padding: 1);
        norm = new GroupNormLayer(32, 64);
        attention = new Attention(128, Benchmark.Config);
        wide = randn([64, 64, 32, 32], Type, Compute.Device, requires_grad: true);
        deep = randn([64, 128, 8, 8], Type, Compute.Device, requires_grad: true);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (IDisposable each in (IDisposable[])[convolution, norm, attention, wide, deep]) each.Dispose();
    }

    [Benchmark]
    public void Convolution() => Apply(convolution, wide);

    [Benchmark]
    public void GroupNormalisation() => Apply(norm, wide);

    [Benchmark]
    public void SelfAttention() => Apply(attention, deep);

    void Apply(nn.Module<Tensor, Tensor> layer, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var graph = set_grad_enabled(Gradients);
        Tensor y = layer.call(x);
        if (Gradients) autograd.grad([y], [x, .. layer.parameters()], [ones_like(y)]);
    }
}
