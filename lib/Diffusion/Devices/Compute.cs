using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Devices;

/// <summary>Where tensors live and where their random numbers come from: one device and one seed for the whole process.</summary>
public static class Compute
{
    /// <summary>The environment variable that overrides the choice of <see cref="Device"/>: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or
    /// <c>mps</c>.</summary>
    public const string DeviceVariable = "WORKBOOK_DEVICE";

    static readonly Lazy<Device> device = new(() =>
    {
        Device chosen = Choose(Environment.GetEnvironmentVariable(DeviceVariable));
        // else two trainings from one seed part within ten steps
        if (chosen.type == DeviceType.CUDA) LibTorchContext.TrySetDeterministicCudnn(true);
        set_default_device(chosen);
        return chosen;
    });

    /// <summary>The device of every tensor the library makes, chosen once: CUDA, else Apple MPS, else the CPU. From then on it is also
    /// PyTorch's default device: <c>torch.randn(5)</c> in a cell makes its tensor there.</summary>
    /// <exception cref="InvalidOperationException">The variable names a device that is unknown or not there.</exception>
    public static Device Device => device.Value;

    /// <summary>Seeds PyTorch's generator on every device: the same seed on the same machine gives the same numbers.</summary>
    /// <param name="seed">Any number; it is the first knob of every chapter.</param>
    public static void Seed(long seed)
    {
        random.manual_seed(seed);       // of TorchSharp 0.107: the CPU's generator alone
        if (Device.type == DeviceType.CUDA) cuda.manual_seed_all(seed);
    }

    /// <summary>The type in which a network's body trains fastest here: bfloat16 on a CPU with instructions for it
    /// (AVX512_BF16) that oneDNN may use (<c>DNNL_MAX_CPU_ISA</c>), else none in particular.</summary>
    public static ScalarType? FastBodyType =>
        Device.type == DeviceType.CPU && X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0
            && AllowsBFloat16(Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA")
                ?? Environment.GetEnvironmentVariable("DNNL_MAX_CPU_ISA"))
            ? ScalarType.BFloat16 : null;

    // held below its bfloat16 instructions, oneDNN emulates them: ten times slower than float32
    internal static bool AllowsBFloat16(string? oneDnnLimit) =>
        oneDnnLimit?.ToUpperInvariant() is not ("SSE41" or "AVX" or "AVX2" or "AVX2_VNNI" or "AVX2_VNNI_2"
            or "AVX512_CORE" or "AVX512_CORE_VNNI");

    internal static Device Choose(string? wanted)
    {
        if (string.IsNullOrWhiteSpace(wanted))
            return cuda.is_available() ? CUDA : mps_is_available() ? MPS : CPU;

        string name = wanted.Trim().ToLowerInvariant();
        string kind = name.Split(':')[0];
        if (kind is not ("cpu" or "cuda" or "mps")
            || (name.Contains(':') && !(kind == "cuda" && int.TryParse(name[5..], out int index) && index >= 0)))
            throw new InvalidOperationException($"{DeviceVariable} is '{wanted}', expected cpu, cuda, cuda:N or mps: set it to "
                + "one of these or remove it.");
        bool there = kind switch
        {
            "cuda" => cuda.is_available() && (name == "cuda" || int.Parse(name[5..]) < cuda.device_count()),
            "mps" => mps_is_available(),
            _ => true,
        };
        return there ? device(name)
            : throw new InvalidOperationException($"{DeviceVariable} is '{wanted}', but this machine or this build of "
                + "libtorch has no such device: "
                + (kind == "cuda" ? "build with -p:Torch=cuda on a machine with an NVIDIA GPU, or " : "") + $"set {DeviceVariable}=cpu.");

        static Device device(string name) => new(name);
    }
}
