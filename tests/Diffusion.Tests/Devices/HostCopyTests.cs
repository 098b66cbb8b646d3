using System.Diagnostics;
using System.Reflection;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Tests.Devices;

/// <summary>No step waits for a GPU: shown on the compiled code, since no GPU is at hand where the tests run.</summary>
public sealed class HostCopyTests
{
    static MethodBase[] Networks => [.. HostCopies.Methods(typeof(Denoiser), "Predict"), .. HostCopies.Methods(typeof(Guidance), "PredictGuided")];

    static bool IsOptimised => typeof(Trainer).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled != true;

    [Fact]
    public void A_training_step_copies_nothing_to_the_host()
    {
        Assert.True(IsOptimised, "Build the library with -c Release: the compiler writes the test for the CPU in another way otherwise.");
        var step = new HostCopies([.. HostCopies.Methods(typeof(Trainer), "Run"), .. Networks]);
        Assert.Empty(step.Found);
        // It looked at all of it.
        Assert.Superset(new HashSet<string>
        {
            "Trainer.Step", "SeededDraws.TimesAndNoise", "ForwardProcess.Sample", "FlatAdamW.Step", "ScheduleTable.At", "Prediction.Target",
            "UNet.forward", "UNet.Forward", "ConvolutionLayer.forward", "ResnetBlock2D.forward", "Attention.forward", "GroupNormLayer.forward", "Mlp.forward",
        }, step.Followed.ToHashSet());
    }

    [Fact]
    public void A_sampling_step_copies_nothing_to_the_host()
    {
        var step = new HostCopies([.. HostCopies.Methods(typeof(Sampler), "Walk"), .. HostCopies.Methods(typeof(SeededNoise), "Next"), .. Networks]);
        Assert.Empty(step.Found);
        Assert.Superset(new HashSet<string> { "Sampler.Advance", "Sampler.Step", "Prediction.As", "DynamicThreshold.Apply", "ConvolutionLayer.forward" },
            step.Followed.ToHashSet());
    }

    [Theory]
    [InlineData(nameof(Samples.Guarded))]
    [InlineData(nameof(Samples.GuardedByReturn))]
    [InlineData(nameof(Samples.GuardedByAMethod))]
    public void What_looks_on_the_cpu_alone_passes(string method) => Assert.Empty(Look(method).Found);

    [Theory]
    [InlineData(nameof(Samples.Plain), "Samples.Plain → Tensor.item")]
    [InlineData(nameof(Samples.WrongWayRound), "Samples.WrongWayRound → Tensor.item")]
    [InlineData(nameof(Samples.AfterTheGuard), "Samples.AfterTheGuard → Tensor.cpu")]
    [InlineData(nameof(Samples.ToTheCpu), "Samples.ToTheCpu → Tensor.to")]
    [InlineData(nameof(Samples.InACallee), "Samples.Plain → Tensor.item")]
    public void A_copy_is_found(string method, string copy) => Assert.Equal([copy], Look(method).Found);

    [Theory]
    [InlineData(nameof(Samples.InALambda))]
    [InlineData(nameof(Samples.InAnIterator))]
    [InlineData(nameof(Samples.InAnOverride))]
    [InlineData(nameof(Samples.BehindAnotherMethod))]
    public void A_copy_is_found_wherever_it_hides(string method) => Assert.EndsWith("Tensor.item", Assert.Single(Look(method).Found));

    static HostCopies Look(string method) => new(HostCopies.Methods(typeof(Samples), method));

    static class Samples
    {
        internal static double Plain(Tensor x) => x.item<double>();

        internal static double Guarded(Tensor x) => x.device.type == DeviceType.CPU && x.numel() > 0 ? x.item<double>() : 0;

        internal static double GuardedByReturn(Tensor x)
        {
            if (x.device.type != DeviceType.CPU || x.numel() == 0) return 0;
            return Plain(x);
        }

        internal static double GuardedByAMethod(Tensor x) => Fits(x) && x.numel() > 1 ? x.item<double>() : 0;

        internal static double BehindAnotherMethod(Tensor x) => IsLong(x) ? x.item<double>() : 0;

        static bool Fits(Tensor x) => x.device_type == DeviceType.CPU && x.dim() > 2;

        static bool IsLong(Tensor x) => x.device_type == DeviceType.CPU || x.dim() > 2;

        internal static double WrongWayRound(Tensor x) => x.device.type != DeviceType.CPU ? x.item<double>() : 0;

        internal static Tensor AfterTheGuard(Tensor x)
        {
            if (x.device.type == DeviceType.CPU) Plain(x);
            return x.cpu();
        }

        internal static Tensor ToTheCpu(Tensor x) => x.to(CPU);

        internal static double InACallee(Tensor x) => 2 * Plain(x);

        internal static Func<double> InALambda(Tensor x) => () => x.item<double>();

        internal static IEnumerable<double> InAnIterator(Tensor x)
        {
            yield return x.item<double>();
        }

        internal static double InAnOverride(Looking looking, Tensor x) => looking.Look(x);
    }

    abstract class Looking
    {
        internal abstract double Look(Tensor x);
    }

    sealed class LookingAtAll : Looking
    {
        internal override double Look(Tensor x) => x.item<double>();
    }
}
