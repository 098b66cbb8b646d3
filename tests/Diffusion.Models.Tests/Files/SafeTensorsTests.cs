using System.Text;
using Diffusion.Devices;
using Diffusion.Models.Files;
using Shared;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests.Files;

public sealed class SafeTensorsTests
{
    [Theory]
    [InlineData("diffusion_pytorch_model.safetensors")]
    [InlineData("io.safetensors")]              // int64, float64 and float32 side by side
    [InlineData("intermediates.safetensors")]
    public void A_file_of_the_reference_written_again_is_the_same_file_byte_for_byte(string name)
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        string original = Path.Combine(Golden.Folder("tiny-cifar10"), name);
        using (var file = SafeTensors.Open(original))
            SafeTensors.Write(scratch[name], file.Tensors.Keys.ToDictionary(key => key, file.Read), file.Metadata);
        Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(scratch[name]));
        Assert.Equal([name], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName));  // no .part is left
    }

    [Fact]
    public void Every_type_and_shape_comes_back_as_it_went_in()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        Compute.Seed(61);
        ScalarType[] types = [ScalarType.Int64, ScalarType.Float64, ScalarType.Float32, ScalarType.Int32, ScalarType.BFloat16, ScalarType.Float16,
                              ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        var tensors = types.ToDictionary(type => $"{type}, ε \"quoted\"", type => (randn(3, 5) * 3).abs().to(type));
        tensors["scalar"] = tensor(1.5f);
        tensors["empty"] = zeros(0, 4);
        tensors["not contiguous"] = randn(4, 6).t();
        SafeTensors.Write(scratch["all"], tensors, new Dictionary<string, string> { ["note"] = "β" });

        using var file = SafeTensors.Open(scratch["all"]);
        Assert.Equal("β", Assert.Single(file.Metadata).Value);
        Assert.Equal(tensors.Count, file.Tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            Tensor read = file.Read(name);
            Assert.Equal(tensor.dtype, read.dtype);
            Assert.Equal(tensor.shape, read.shape);
            if (tensor.numel() > 0) Assert.Equal(tensor.ToDoubles(), read.ToDoubles());
        }
    }

    [Theory]
    [InlineData(ScalarType.Float16, 1e-3)]
    [InlineData(ScalarType.BFloat16, 8e-3)]
    [InlineData(ScalarType.Float64, 1e-7)]
    public void Other_types_are_converted_on_the_way_into_a_parameter(ScalarType stored, double rounding)
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        Tensor values = (arange(1, 100) / 7.0).to(ScalarType.Float64), target = zeros(99);
        SafeTensors.Write(scratch["f"], new Dictionary<string, Tensor> { ["x"] = values.to(stored) });
        using var file = SafeTensors.Open(scratch["f"]);
        file.CopyTo("x", target);
        Assert.Equal(ScalarType.Float32, target.dtype);
        Assert.InRange(((target.to(ScalarType.Float64) - values) / values).abs().max().item<double>(), 0, rounding);
    }

    const string Pair = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""";

    public static TheoryData<string, string, string, int> Damaged => new()
    {
        { "not JSON", "{\"a\":", "not valid JSON", 12 },
        { "no object", "[1,2]", "not a JSON object", 12 },
        { "unknown type", Pair.Replace("\"F32\",\"shape\":[2]", "\"F31\",\"shape\":[2]"), "tensor 'a' has dtype 'F31', expected one of I64, F64", 12 },
        { "type of another kind", Pair.Replace("\"F32\",\"shape\":[2]", "32,\"shape\":[2]"), "tensor 'a' needs exactly one dtype", 12 },
        { "negative shape", Pair.Replace("[2]", "[-2]"), "tensor 'a' has '-2' in its shape", 12 },
        { "fraction of a shape", Pair.Replace("[2]", "[2.5]"), "tensor 'a' has '2.5' in its shape", 12 },
        { "shape beyond 64 bits", Pair.Replace("[2]", "[4611686018427387904,4,1]"), "tensor 'a' has shape (4611686018427387904, 4, 1), more than", 12 },
        { "size and shape differ", Pair.Replace("[2]", "[3]"), "tensor 'a' has 8 bytes, expected 12 for F32 (3)", 12 },
        { "no shape", Pair.Replace("\"shape\":[2],", ""), "tensor 'a' needs exactly one shape", 12 },
        { "two shapes", Pair.Replace("\"shape\":[2],", "\"shape\":[2],\"shape\":[2],"), "tensor 'a' needs exactly one shape", 12 },
        { "offsets backwards", Pair.Replace("[0,8]", "[8,0]"), "tensor 'a' has data_offsets [8, 0]", 12 },
        { "three offsets", Pair.Replace("[0,8]", "[0,8,8]"), "tensor 'a' has data_offsets [0, 8, 8]", 12 },
        { "overlap", Pair.Replace("[8,12]", "[4,8]"), "tensor 'b' begins at byte 4, inside 'a', which ends at 8", 12 },
        { "gap", Pair.Replace("[8,12]", "[12,16]"), "tensor 'b' begins at byte 12, 4 bytes after 'a'", 16 },
        { "bytes that nobody owns", Pair, "4 bytes after 'b' belong to no tensor", 16 },
        { "cut off", Pair, "tensor 'b' ends at byte 12 of the data, but the file holds only 9", 9 },
        { "the same name twice", Pair.Replace("\"b\"", "\"a\""), "the header names 'a' twice", 12 },
        { "two metadata", Pair.Replace("{\"a\"", "{\"__metadata__\":{},\"__metadata__\":{},\"a\""), "the header names '__metadata__' twice", 12 },
        { "metadata of numbers", Pair.Replace("{\"a\"", "{\"__metadata__\":{\"n\":1},\"a\""), "__metadata__ is not a map from text to text", 12 },
        { "a tensor that is a number", "{\"a\":7}", "tensor 'a' needs exactly one dtype", 12 },
        { "half of a surrogate pair", Pair.Replace("\"b\"", "\"\\ud800\""), "a text that is not Unicode", 12 },
        { "nested without end", string.Concat(Enumerable.Repeat("{\"a\":", 5000)), "not valid JSON", 12 },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_header_is_refused_in_one_sentence_that_names_file_and_tensor(string what, string header, string expected, int dataLength)
    {
        using var scratch = new Golden.Scratch();
        WriteRaw(scratch["x.safetensors"], (ulong)Encoding.UTF8.GetByteCount(header), header, dataLength);
        string message = Assert.Throws<InvalidDataException>(() => SafeTensors.Open(scratch["x.safetensors"]).Dispose()).Message;
        Assert.StartsWith(scratch["x.safetensors"] + ": ", message);
        Assert.True(message.Contains(expected), $"{what}: {message}");
        Assert.EndsWith(".", message);
        Assert.DoesNotContain(". ", message);
    }

    [Fact]
    public void A_header_that_is_not_UTF_8_is_refused()
    {
        using var scratch = new Golden.Scratch();
        byte[] header = [.. Encoding.UTF8.GetBytes(Pair).Select(letter => letter == 'b' ? (byte)0xff : letter)];
        File.WriteAllBytes(scratch["x"], [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[12]]);
        Assert.Contains("not ", Assert.Throws<InvalidDataException>(() => SafeTensors.Open(scratch["x"]).Dispose()).Message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1000UL)]
    [InlineData(50_000_000_000UL)]
    public void A_header_that_claims_more_than_the_file_is_refused_before_memory_is_taken(ulong claimed)
    {
        using var scratch = new Golden.Scratch();
        WriteRaw(scratch["x"], claimed, Pair, 12);
        Assert.Contains($"the header claims {claimed} bytes", Assert.Throws<InvalidDataException>(() => SafeTensors.Open(scratch["x"])).Message);
    }

    [Fact]
    public void A_file_too_short_for_a_header_and_a_missing_one_are_named()
    {
        using var scratch = new Golden.Scratch();
        File.WriteAllBytes(scratch["short"], [1, 2, 3]);
        Assert.Contains("3 bytes, too few", Assert.Throws<InvalidDataException>(() => SafeTensors.Open(scratch["short"])).Message);
        File.WriteAllBytes(scratch["none"], []);
        Assert.Contains("0 bytes, too few", Assert.Throws<InvalidDataException>(() => SafeTensors.Open(scratch["none"])).Message);
        Assert.Contains(scratch["nowhere"], Assert.Throws<FileNotFoundException>(() => SafeTensors.Open(scratch["nowhere"])).Message);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_beside_it()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        SafeTensors.Write(scratch["x"], new Dictionary<string, Tensor> { ["a"] = ones(2) });
        byte[] before = File.ReadAllBytes(scratch["x"]);
        var complex = new Dictionary<string, Tensor> { ["a"] = ones(2), ["c"] = zeros(2, ScalarType.ComplexFloat32) };
        Assert.Contains("'c' holds ComplexFloat32", Assert.Throws<NotSupportedException>(() => SafeTensors.Write(scratch["x"], complex)).Message);
        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(scratch["x"], stream => { stream.WriteByte(1); throw new IOException("disk full"); }));
        Assert.Equal(before, File.ReadAllBytes(scratch["x"]));
        Assert.Single(Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void A_file_may_be_replaced_while_it_is_open()
    {
        using var scratch = new Golden.Scratch();
        using var scope = NewDisposeScope();
        SafeTensors.Write(scratch["x"], new Dictionary<string, Tensor> { ["a"] = ones(2) });
        using var open = SafeTensors.Open(scratch["x"]);
        SafeTensors.Write(scratch["x"], new Dictionary<string, Tensor> { ["a"] = zeros(2) });
        Assert.Equal([1.0, 1.0], open.Read("a").ToDoubles());
    }

    static void WriteRaw(string path, ulong headerLength, string header, int dataLength) =>
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(headerLength), .. Encoding.UTF8.GetBytes(header), .. new byte[dataLength]]);
}
