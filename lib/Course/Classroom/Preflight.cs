using System.Reflection;
using System.Runtime.InteropServices;
using Course.Datasets;
using Diffusion.Devices;
using Diffusion.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Course.Classroom;

/// <summary>Looks at everything a chapter needs and says in plain words what to do where something is missing.</summary>
public static class Preflight
{
    const string BuildAgain = "Delete lib/bin and build again: dotnet build -c Release.";

    /// <summary>All findings, in the order in which things are needed. Never throws: a failure becomes a finding.</summary>
    public static IReadOnlyList<Finding> Run() =>
    [
        Look("library", Library, BuildAgain),
        Look("libtorch", LibTorch, BuildAgain),
        Look("device", Device, $"Correct {Compute.DeviceVariable} or remove it."),
        Look("threads", Threads, BuildAgain),
        Look("convolutions", Convolutions, BuildAgain),
        Look("memory", Memory, BuildAgain),
        Look("digits", Digits, "Restore them: git checkout -- data/mnist."),
    ];

    static Finding Look(string name, Func<(string Value, string? Remedy)> look, string remedyOfFailure)
    {
        try
        {
            (string value, string? remedy) = look();
            return new(name, value, remedy);
        }
        catch (Exception error)
        {
            Exception cause = error is TypeInitializationException { InnerException: { } inner } ? inner : error;
            return new(name, cause.Message.Split('\n')[0].Trim(), remedyOfFailure, Fatal: true);
        }
    }

    static (string, string?) Library() =>
        ($"Diffusion {Version(typeof(Preflight).Assembly)} on {RuntimeInformation.FrameworkDescription}, "
            + $"{RuntimeInformation.RuntimeIdentifier}", null);

    static (string, string?) LibTorch() => ($"{__version__} through TorchSharp {Version(typeof(Tensor).Assembly)}", null);

    static (string, string?) Device() =>
        (Compute.Device.ToString() + (Compute.Device.type == DeviceType.CPU ? " (with an NVIDIA GPU: build with -p:Torch=cuda)" : ""),
            null);

    static (string, string?) Threads()
    {
        int used = get_num_threads(), cores = Environment.ProcessorCount;
        return ($"{used} on {cores} cores", used < cores ? "Remove OMP_NUM_THREADS from the environment to use every core." : null);
    }

    static (string, string?) Convolutions() =>
        (ConvolutionSelfCheck.Result, ConvolutionSelfCheck.AreTrusted ? null : "Run on another machine before you "
            + "believe a trained network.");

    static (string, string?) Memory() =>
        (NativeAllocator.IsTuned ? "the allocator keeps freed "
            + "memory for the next tensor" : "the allocator is as the operating system ships it", null);

    static (string, string?) Digits()
    {
        using Mnist train = Mnist.Load(MnistSplit.Train), test = Mnist.Load(MnistSplit.Test);
        return ($"MNIST, {train.Count:N0} to learn from and {test.Count:N0} to measure on, hashes right", null);
    }

    static string Version(Assembly assembly) => assembly.GetName().Version?.ToString(3) ?? "of unknown version";
}
