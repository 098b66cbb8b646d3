using System.Security.Cryptography;
using Diffusion.Devices;
using Diffusion.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>The parameters of any network, to and from a safetensors file, each under its path in the module tree.</summary>
public static class Weights
{
    /// <summary>Opens a file of weights: PyTorch's own where its name ends in .bin, else safetensors.</summary>
    internal static IWeightsFile Open(string path) =>
        path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? TorchFile.Open(path) : SafeTensors.Open(path);

    /// <summary>Fills a network from a file. Names, shapes and types are all compared before the first parameter changes.</summary>
    /// <param name="network">The network; its parameters keep their type and device.</param>
    /// <param name="path">A safetensors file, or PyTorch's own (.bin), with exactly the network's parameters, in any floating-point
    /// type.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds another network; the sentence names the tensors.</exception>
    public static void Load(nn.Module network, string path)
    {
        using IWeightsFile file = Open(path);
        Fill(network, file);
    }

    /// <summary>Writes a network's parameters to a file, whole or not at all.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file; what was there is replaced.</param>
    /// <param name="halfPrecision">Whether to round them to float16: half the size, three significant digits.</param>
    /// <exception cref="InvalidOperationException">A value is too large for float16; the sentence names the parameter.</exception>
    public static void Save(nn.Module network, string path, bool halfPrecision = false)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        SafeTensors.Write(path,
            network.named_parameters().ToDictionary(p => p.name, p => halfPrecision ? Halved(p.name, p.parameter) : p.parameter));
    }

    /// <summary>A new network with a file's numbers, ready to be used, not to learn; none where they do not fit.</summary>
    /// <param name="build">Builds the network; its parameters are left blank until the file fills them.</param>
    /// <param name="path">A safetensors file, or PyTorch's own (.bin).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds another network; the sentence names the tensors.</exception>
    public static T Filled<T>(Func<T> build, string path) where T : nn.Module
    {
        using IWeightsFile file = Open(path);
        T network = Initialization.LeftBlank(build);
        try
        {
            Fill(network, file);
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Tells one network's numbers from another's.</summary>
    /// <param name="network">The network.</param>
    /// <returns>The first digits of the SHA-256 of all its parameters, in the order of their names.</returns>
    public static string Fingerprint(this nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, parameter) in network.named_parameters().OrderBy(p => p.name, StringComparer.Ordinal))
            hash.AppendData(parameter.detach().to(ScalarType.Float32).cpu().contiguous().bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    internal static void Fill(nn.Module network, IWeightsFile file)
    {
        (string Name, Parameter Parameter)[] wanted = [.. network.named_parameters()];
        var found = new Dictionary<string, StoredTensor>();
        int prefix = WrapperLength([.. file.Stored.Select(tensor => tensor.Name)], wanted);
        foreach (StoredTensor tensor in file.Stored)
            if (CurrentName(tensor.Name[prefix..]) is var name && !found.TryAdd(name, tensor))
                throw new InvalidDataException($"{file.Path} holds '{name}' twice, "
                    + "under its old name and the current one: one of them has to go.");
        if (Misfit(wanted, found) is { } misfit) throw new InvalidDataException($"{file.Path} holds another network: {misfit}.");
        using var noGraph = no_grad();
        foreach (var (name, parameter) in wanted)
        {
            using Tensor target = parameter.view([.. found[name].Shape]);   // a 1×1 convolution's weights are a matrix's
            file.CopyTo(found[name].Name, target);
        }
    }

    // DataParallel, torch.compile and a trainer's own class write every name behind one of theirs (module., _orig_mod., model.). What all
    // names share is left out where no parameter begins so.
    static int WrapperLength(string[] names, (string Name, Parameter Parameter)[] wanted)
    {
        int length = 0;
        while (names.Length > 0 && names[0].IndexOf('.', length) is >= 0 and var dot && names[0][length..(dot + 1)] is var part
            && names.All(name => string.CompareOrdinal(name, 0, names[0], 0, dot + 1) == 0)
                && !wanted.Any(w => w.Name.StartsWith(part, StringComparison.Ordinal)))
            length = dot + 1;
        return length;
    }

    // Attention's four matrices had other names until 2022: …attentions.0.query.weight.
    static string CurrentName(string name)
    {
        string[] parts = name.Split('.');
        string? current = parts.Length < 2 || !parts.Contains("attentions") ? null : parts[^2] switch
        {
            "query" => "to_q",
            "key" => "to_k",
            "value" => "to_v",
            "proj_attn" => "to_out.0",
            _ => null,
        };
        return current is null ? name : string.Join('.', [.. parts[..^2], current, parts[^1]]);
    }

    static bool Fits(IReadOnlyList<long> stored, long[] shape) =>
        stored.SequenceEqual(shape) || (shape.Length == 2 && stored.SequenceEqual([.. shape, 1, 1]));

    static string? Misfit((string Name, Parameter Parameter)[] wanted, Dictionary<string, StoredTensor> found)
    {
        var names = wanted.Select(w => w.Name).ToHashSet();
        string?[] faults =
        [
            Listed("missing", [.. names.Where(name => !found.ContainsKey(name))]),
            Listed("unexpected", [.. found.Keys.Where(name => !names.Contains(name))]),
            .. wanted.Select(w => found.TryGetValue(w.Name, out StoredTensor? stored) ? Mismatch(stored, w.Parameter) : null)
                .OfType<string>().Take(3),
        ];
        string all = string.Join("; ", faults.OfType<string>());
        return all.Length > 0 ? all : null;
    }

    static string? Mismatch(StoredTensor stored, Parameter parameter) =>
        !Fits(stored.Shape, parameter.shape)
            ? $"'{stored.Name}' is {TensorShape.Format(stored.Shape)}, expected {TensorShape.Format(parameter.shape)}"
        : stored.Type is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64)
            ? $"'{stored.Name}' holds {stored.Type}, expected floating-point values"
        : null;

    static string? Listed(string what, IReadOnlyList<string> names) => names.Count switch
    {
        0 => null,
        1 => $"tensor '{names[0]}' is {what}",
        _ => $"{names.Count} tensors are {what} "
            + $"({string.Join(", ", names.Take(3).Select(name => $"'{name}'"))}{(names.Count > 3 ? ", …" : "")})",
    };

    static Tensor Halved(string name, Parameter parameter)
    {
        Tensor half = parameter.to(ScalarType.Float16);
        using Tensor overflown = half.isinf().logical_and(parameter.isfinite());
        return !overflown.any().item<bool>() ? half
            : throw new InvalidOperationException($"'{name}' has values beyond ±65504, the most that half precision can hold: "
                + "save it in full precision.");
    }
}
