using System.IO.Compression;
using Diffusion.Devices;
using Diffusion.Models.Files;
using Diffusion.Models.Recordings;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests.Files;

/// <summary>PyTorch's own files: what the reference wrote, views of every kind, and files that want to do harm.</summary>
public sealed class TorchFileTests
{
    const string Legacy = "tiny-cifar10-legacy";

    [Theory]
    [InlineData("")]
    [InlineData("unet")]
    public void A_bin_of_the_reference_gives_the_reference_outputs_in_both_layouts(string inner)
    {
        using var scratch = new Golden.Scratch();
        string folder = Directory.CreateDirectory(scratch[inner]).FullName;
        foreach (string file in new[] { ModelFiles.Config, ModelFiles.TorchWeights })
            File.Copy(Path.Combine(Golden.Folder(Legacy), file), Path.Combine(folder, file));
        File.Copy(Path.Combine(Golden.Folder(Legacy), ModelParity.IoFile), scratch[ModelParity.IoFile]);
        ParityResult result = Parity.Check(scratch.Folder);
        Assert.True(result.Passed && result.MaxAbsDifference > 0, result.ToString());
    }

    [Fact]
    public void A_bin_and_the_safetensors_beside_it_hold_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        using IWeightsFile bin = Weights.Open(Path.Combine(Golden.Folder(Legacy), ModelFiles.TorchWeights));
        using var safe = SafeTensors.Open(Path.Combine(Golden.Folder(Legacy), ModelFiles.Weights));
        Assert.Equal(safe.Tensors.Keys.Order(), bin.Stored.Select(tensor => tensor.Name).Order());
        foreach (StoredTensor tensor in bin.Stored) Assert.Equal(safe.Read(tensor.Name).ToDoubles(), Read(bin, tensor).ToDoubles());
    }

    [Fact]
    public void Views_of_a_shared_storage_in_any_order_and_type_are_what_PyTorch_means()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        Tensor floats = arange(24, dtype: ScalarType.Float32);
        Tensor halves = floats.to(ScalarType.Float16), brain = floats.to(ScalarType.BFloat16), doubles = floats.to(ScalarType.Float64);
        TorchZip.Write(scratch["m.bin"], new PickleWriter().Dictionary(
            ("rows", "FloatStorage", "0", 24, 0, [4, 6], [6, 1]),
            ("columns", "FloatStorage", "0", 24, 0, [6, 4], [1, 6]),
            ("inner", "FloatStorage", "0", 24, 7, [2, 2], [6, 2]),
            ("repeated", "FloatStorage", "0", 24, 5, [3, 2], [0, 1]),
            ("half", "HalfStorage", "1", 24, 12, [12], [1]),
            ("brain", "BFloat16Storage", "2", 24, 0, [24], [1]),
            ("double", "DoubleStorage", "3", 24, 23, [], []),
            ("none", "FloatStorage", "0", 24, 24, [0, 5], [5, 1])), floats, halves, brain, doubles);
        using IWeightsFile file = Weights.Open(scratch["m.bin"]);
        double[] Of(string name) => Read(file, file.Stored.Single(tensor => tensor.Name == name)).ToDoubles();
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (double)i), Of("rows"));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i / 4 + 6.0 * (i % 4)), Of("columns"));
        Assert.Equal([7.0, 9, 13, 15], Of("inner"));
        Assert.Equal([5.0, 6, 5, 6, 5, 6], Of("repeated"));
        Assert.Equal(Enumerable.Range(12, 12).Select(i => (double)i), Of("half"));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (double)i), Of("brain"));
        Assert.Equal([23.0], Of("double"));
        Assert.Equal([0L, 5], file.Stored.Single(tensor => tensor.Name == "none").Shape);
    }

    [Fact]
    public void A_pickle_that_wants_to_run_a_command_is_refused_by_the_commands_name_and_nothing_runs()
    {
        using var scratch = new Golden.Scratch();
        string trace = scratch["it-ran"];
        Refused(scratch, new PickleWriter().Global("os", "system").Mark().Text($"touch {trace}").Op('t').Op('R').Op('.'), "asks for 'os.system'");
        Refused(scratch, new PickleWriter().Global("builtins", "eval").Mark().Text("1").Op('t').Op('R').Op('.'), "asks for 'builtins.eval'");
        Refused(scratch, new PickleWriter().Text("posix").Text("system").Op(0x93).Op('.'), "asks for 'posix.system'");
        Refused(scratch, new PickleWriter().Global("torch._utils", "_rebuild_tensor_v2").Text(trace).Op(0x85).Op('R').Op('.'),
            "calls torch._utils._rebuild_tensor_v2 with something else");
        Refused(scratch, new PickleWriter().Mark().Global("os", "system").Op('o').Op('.'), "asks for 'os.system'");
        Refused(scratch, new PickleWriter().Op('i').Op('.'), "instruction 0x69");
        Refused(scratch, new PickleWriter().Op('}').Op(0x81).Op('.'), "instruction 0x81");
        Assert.False(File.Exists(trace));
    }

    public static TheoryData<string, string, long, long, long[], long[]> OutOfBounds => new()
    {
        { "strides too long", "reaches to value 26 of its storage, which has 24", 24, 0, [4, 6], [7, 1] },
        { "offset too far", "reaches to value 24", 24, 1, [4, 6], [6, 1] },
        { "offset below 0", "offset -1", 24, -1, [4], [1] },
        { "stride below 0", "whole numbers from 0", 24, 4, [4], [-1] },
        { "length below 0", "whole numbers from 0", 24, 0, [-4], [1] },
        { "more lengths than strides", "2 lengths and 1 strides", 24, 0, [2, 2], [1] },
        { "storage larger than its bytes", "has a storage of 96 bytes, expected 1000 values", 1000, 0, [4], [1] },
        { "storage beyond 64 bits", "has a storage of 96 bytes", long.MaxValue, 0, [4], [1] },
        { "products beyond 64 bits", "reaches to value", 24, 0, [long.MaxValue, long.MaxValue], [long.MaxValue, long.MaxValue] },
        { "storage of no length", "no storage of a tensor", -1, 0, [], [] },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void A_tensor_that_leaves_its_storage_is_refused_by_name(string what, string expected, long length, long offset, long[] shape, long[] strides)
    {
        using var scratch = new Golden.Scratch();
        using Tensor values = arange(24, dtype: ScalarType.Float32);
        Refused(scratch, new PickleWriter().Dictionary(("w", "FloatStorage", "0", length, offset, shape, strides)), expected, values);
        Assert.NotEmpty(what);
    }

    [Fact]
    public void Damaged_and_oversized_pickles_are_refused()
    {
        using var scratch = new Golden.Scratch();
        using Tensor values = arange(4, dtype: ScalarType.Float32);
        Refused(scratch, new PickleWriter().Op(']').Op('.'), "holds no dictionary");
        Refused(scratch, new PickleWriter().Op('}').Text("a").Text("b").Op('s').Op('.'), "'a' is no tensor");
        Refused(scratch, new PickleWriter().Op('}').Text("a").Op('N').Op('s').Text("a").Op('N').Op('s').Op('.'), "names 'a' twice");
        Refused(scratch, new PickleWriter().Op('}').Op('N').Op('N').Op('s').Op('.'), "keys are not texts");
        Refused(scratch, new PickleWriter().Op('}').Op('h').Op(7).Op('.'), "refers to object 7 before there is one");
        Refused(scratch, new PickleWriter().Op('s'), "takes more than it has put down");
        Refused(scratch, new PickleWriter().Op('t'), "takes more than it has put down");
        Refused(scratch, new PickleWriter().Op('}'), "cut off");
        Refused(scratch, new PickleWriter().Op('X').Op(255).Op(255).Op(255).Op(255), "cut off");
        Refused(scratch, new PickleWriter().Op('X').Op(1).Op(0).Op(0).Op(0).Op(255).Op('.'), "not UTF-8");
        Refused(scratch, new PickleWriter().Op(0x80).Op(77), "protocol 77");
        Refused(scratch, new PickleWriter().Global("torch", "QUInt8Storage").Op('.'), "'torch.QUInt8Storage'");
        Refused(scratch, new PickleWriter().Dictionary(("w", "FloatStorage", "../../etc/passwd", 4, 0, [4], [1])),
            "data/../../etc/passwd', which the archive does not have", values);

        PickleWriter deep = new();                                                      // a million lists inside one another
        for (int i = 0; i < 1_000_000; i++) deep.Op(']');
        for (int i = 1; i < 1_000_000; i++) deep.Op('a');
        Refused(scratch, deep.Op('.'), "holds no dictionary");
        PickleWriter doubling = new PickleWriter().Op(')');                              // 2^5000 leaves for whoever walks it
        for (int i = 0; i < 5000; i++) doubling.Op('q').Op(0).Op('h').Op(0).Op(0x86);
        Refused(scratch, doubling.Op('.'), "holds no dictionary");
    }

    [Fact]
    public void An_archive_that_torch_save_does_not_write_is_refused()
    {
        using var scratch = new Golden.Scratch();
        using Tensor values = arange(4, dtype: ScalarType.Float32);
        byte[] good = new PickleWriter().Dictionary(("w", "FloatStorage", "0", 4, 0, [4], [1])).ToArray();
        Bad("no zip archive", path => File.WriteAllBytes(path, [0x80, 2, .. "ctorch\n"u8]));
        Bad("no zip archive", path => File.WriteAllBytes(path, []));
        Bad("0 entries data.pkl", path => Zip(path, ("m/other.pkl", good)));
        Bad("2 entries data.pkl", path => Zip(path, ("a/data.pkl", good), ("b/data.pkl", good)));
        Bad("'m/data/0' twice", path => Zip(path, ("m/data.pkl", good), ("m/data/0", new byte[16]), ("m/data/0", new byte[16])));
        Bad("byteorder is 'big'", path => Zip(path, ("m/data.pkl", good), ("m/byteorder", "big"u8.ToArray()), ("m/data/0", new byte[16])));
        Bad("'m/data/0' is compressed", path => Zip(path, CompressionLevel.Optimal, ("m/data.pkl", good), ("m/data/0", new byte[1 << 24])));   // a bomb
        Bad("lies in 'm/data/0', which the archive does not have", path => Zip(path, ("m/data.pkl", good)));
        Bad("", path =>
        {
            TorchZip.Write(path, new PickleWriter().Dictionary(("w", "FloatStorage", "0", 4, 0, [4], [1])), values);
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^40]);
        });

        void Bad(string expected, Action<string> write)
        {
            write(scratch["m.bin"]);
            string message = Assert.Throws<InvalidDataException>(() => Weights.Open(scratch["m.bin"]).Dispose()).Message;
            Assert.StartsWith(scratch["m.bin"] + ": ", message);
            Assert.Contains(expected, message);
        }
    }

    static Tensor Read(IWeightsFile file, StoredTensor tensor)
    {
        Tensor values = zeros([.. tensor.Shape], tensor.Type, CPU);
        file.CopyTo(tensor.Name, values);
        return values;
    }

    static void Refused(Golden.Scratch scratch, PickleWriter pickle, string expected, params Tensor[] storages)
    {
        TorchZip.Write(scratch["m.bin"], pickle, storages);
        string message = Assert.Throws<InvalidDataException>(() => Weights.Open(scratch["m.bin"]).Dispose()).Message;
        Assert.StartsWith(scratch["m.bin"] + ": ", message);
        Assert.Contains(expected, message);
        Assert.EndsWith(".", message);
    }

    static void Zip(string path, params (string Name, byte[] Bytes)[] entries) => Zip(path, CompressionLevel.NoCompression, entries);

    static void Zip(string path, CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
            using (Stream stream = archive.CreateEntry(name, name.EndsWith(".pkl") ? CompressionLevel.NoCompression : level).Open()) stream.Write(bytes);
    }
}
