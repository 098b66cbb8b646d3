using System.Text;

namespace Diffusion.Models.Tests.Files;

/// <summary>Writes pickles instruction by instruction (Python's pickletools lists them), sound and otherwise.</summary>
sealed class PickleWriter
{
    readonly List<byte> bytes = [0x80, 2];

    internal PickleWriter Op(int op) { bytes.Add((byte)op); return this; }

    internal PickleWriter Mark() => Op('(');

    internal PickleWriter Global(string module, string name) { bytes.AddRange(Encoding.UTF8.GetBytes($"c{module}\n{name}\n")); return this; }

    internal PickleWriter Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        bytes.AddRange([(byte)'X', .. BitConverter.GetBytes(utf8.Length), .. utf8]);
        return this;
    }

    internal PickleWriter Number(long number) { bytes.AddRange([0x8a, 8, .. BitConverter.GetBytes(number)]); return this; }

    /// <summary>An OrderedDict of tensors with notes, as state_dict() gives it.</summary>
    internal PickleWriter Dictionary(params (string Name, string Type, string Key, long Length, long Offset, long[] Shape, long[] Strides)[] tensors)
    {
        Global("collections", "OrderedDict").Op(')').Op('R').Mark();
        foreach (var (name, type, key, length, offset, shape, strides) in tensors)
        {
            Text(name).Global("torch._utils", "_rebuild_tensor_v2").Mark();
            Mark().Text("storage").Global("torch", type).Text(key).Text("cpu").Number(length).Op('t').Op('Q').Number(offset);
            Numbers(shape).Numbers(strides).Op(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
        }
        return Op('u').Op('}').Text("_metadata").Op('}').Op('s').Op('b').Op('.');
    }

    internal byte[] ToArray() => [.. bytes];

    PickleWriter Numbers(long[] numbers)
    {
        Mark();
        foreach (long number in numbers) Number(number);
        return Op('t');
    }
}
