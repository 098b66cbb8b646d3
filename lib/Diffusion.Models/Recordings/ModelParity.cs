using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Models.Recordings;

/// <summary>
/// Compares a <see cref="UNet"/> with what diffusers computed from the same weights and inputs: the output for a batch with a time each,
/// the output for one time over the whole batch, and module by module for the first item alone.
/// </summary>
/// <remarks>
/// The folder holds the model (config.json, weights), <c>io.safetensors</c> (<c>sample</c>, <c>timesteps</c>, <c>class_labels</c> of a
/// network with classes, <c>expected</c> and, where recorded,
/// <c>expected_scalar_t</c>) and, where recorded, <c>intermediates.safetensors</c> (outputs by module path).
/// </remarks>
public static class ModelParity
{
    /// <summary>The largest absolute difference allowed: a few times what two float32 libraries differ by, a thousandth of what any mistake
    /// costs.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The files of a folder that say what to expect.</summary>
    public const string IoFile = "io.safetensors", IntermediatesFile = "intermediates.safetensors";

    // `expected_scalar_t` does not say its time; where no item of the batch shows it, it is the last step of a thousand.
    const double UsualScalarTime = 999;

    static readonly string[] LabelNames = ["class_labels", "labels"];

    /// <summary>Runs the model of a folder and compares everything recorded there.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The largest difference and where it is.</returns>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is not supported; one sentence.</exception>
    public static ParityResult Check(string folder)
    {
        var worst = new WorstDifference();
        foreach ((string name, double difference) in Differences(folder)) worst.Add(name, difference);
        return worst.Result("model", Tolerance);
    }

    /// <summary>The same, tensor by tensor: what each recorded module gives, in the order in which an image meets them, then the network's
    /// output.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The path of the module, or the name of the output, and the largest difference in it.</returns>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the model is not supported; one sentence.</exception>
    public static IReadOnlyList<(string Name, double Difference)> Differences(string folder) => Parity.InFullFloat32(() => Compare(folder));

    static List<(string Name, double Difference)> Compare(string folder)
    {
        using var scope = NewDisposeScope();
        using UNet network = UNetFolder.Load(folder);
        using var inference = inference_mode();
        var all = new List<(string, double)>();

        using var io = SafeTensors.Open(Path.Combine(folder, IoFile));
        Tensor sample = Input(io, "sample"), times = Input(io, "timesteps").flatten(), expected = Input(io, "expected");
        Tensor? labels = LabelNames.FirstOrDefault(io.Tensors.ContainsKey) is { } name ? Input(io, name) : null;
        RequireFit(network, io, sample, times);

        string intermediates = Path.Combine(folder, IntermediatesFile);
        if (File.Exists(intermediates))
        {
            using var recorded = SafeTensors.Open(intermediates);
            using var outputs = ModuleOutputs.Record(network, recorded.Tensors.Keys, recorded.Path);
            Answer(sample.narrow(0, 0, 1), times.narrow(0, 0, 1), labels?.narrow(0, 0, 1));
            foreach (string path in outputs.Order) Add(path, Input(recorded, path), outputs[path]);
        }

        Add("expected", expected, Answer(sample, times, labels));
        if (io.Tensors.ContainsKey("expected_scalar_t"))
        {
            Tensor wanted = Input(io, "expected_scalar_t");
            Add("expected_scalar_t", wanted, Answer(sample, ScalarTime(times, expected, wanted), labels));
        }
        return all;

        void Add(string name, Tensor wanted, Tensor found) => all.Add((name, WorstDifference.Between(name, wanted, found)));

        Tensor Answer(Tensor x, Tensor t, Tensor? classes) => classes is null ? network.call(x, t) : network.Conditioned(x, t, classes);
    }

    // In the original type, on the device: `expected` may be float64, times are whole numbers.
    static Tensor Input(SafeTensors file, string name) => file.Tensors.ContainsKey(name) ? file.Read(name).to(Compute.Device)
        : throw new InvalidDataException($"{file.Path} has no tensor '{name}'.");

    static void RequireFit(UNet network, SafeTensors io, Tensor sample, Tensor times)
    {
        try
        {
            network.RequireShapes(sample, times);
            if (sample.shape[0] < 1 || times.numel() != sample.shape[0])
                throw new ArgumentException("'timesteps' must have one entry for each item of 'sample'");
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{io.Path} does not fit the model: {error.Message}", error);
        }
    }

    // The item whose output does not change when its time is given to all of the batch had that time from the start.
    static Tensor ScalarTime(Tensor times, Tensor expected, Tensor wanted)
    {
        if (!expected.shape.SequenceEqual(wanted.shape)) return tensor(UsualScalarTime, device: CPU);
        Tensor apart = (expected - wanted).abs().flatten(1).amax([1]);                     // (B)
        long nearest = apart.argmin().item<long>();
        return apart[nearest].to(ScalarType.Float64).item<double>() < Tolerance ? times[nearest] : tensor(UsualScalarTime, device: CPU);
    }
}
