using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>
/// Reads the pickle of a dictionary of tensors. A pickle is a program for a machine with a stack and can call whatever Python has; this
/// machine knows only the instructions that such a dictionary needs, and its five calls make a dictionary, a shape or the description of a
/// tensor. So nothing runs.
/// </summary>
/// <remarks>One pass without recursion; every instruction makes at most one object, so memory is bounded by the length of the
/// pickle.</remarks>
sealed class TensorPickle
{
    const int MostDimensions = 64;

    /// <summary>A name that the pickle may call or take as a storage's type.</summary>
    sealed record Global(string Name);

    /// <summary>A storage by its key in the archive.</summary>
    sealed record Storage(ScalarType Type, string Key, long Length);

    /// <summary>A tensor that has no name yet.</summary>
    sealed record View(Storage Storage, long Offset, long[] Shape, long[] Strides);

    const string NewTensor = "torch._utils._rebuild_tensor_v2", NewParameter = "torch._utils._rebuild_parameter",
        NewDictionary = "collections.OrderedDict", NewShape = "torch.Size";

    static readonly Dictionary<string, ScalarType> storages = new()
    {
        ["torch.FloatStorage"] = ScalarType.Float32,
        ["torch.DoubleStorage"] = ScalarType.Float64,
        ["torch.HalfStorage"] = ScalarType.Float16,
        ["torch.BFloat16Storage"] = ScalarType.BFloat16,
        ["torch.LongStorage"] = ScalarType.Int64,
        ["torch.IntStorage"] = ScalarType.Int32,
        ["torch.ShortStorage"] = ScalarType.Int16,
        ["torch.CharStorage"] = ScalarType.Int8,
        ["torch.ByteStorage"] = ScalarType.Byte,
        ["torch.BoolStorage"] = ScalarType.Bool,
    };

    static readonly object mark = new();
    static readonly UTF8Encoding utf8 = new(false, throwOnInvalidBytes: true);

    readonly byte[] code;
    readonly List<object?> stack = [];
    readonly Dictionary<long, object?> memo = [];
    int at;

    TensorPickle(byte[] code) => this.code = code;

    /// <summary>The tensors of the dictionary.</summary>
    /// <exception cref="InvalidDataException">Says in one sentence, without the file's name, what is not allowed or damaged.</exception>
    internal static IEnumerable<TorchTensor> Read(byte[] pickle)
    {
        if (new TensorPickle(pickle).Run() is not Dictionary<string, object?> dictionary)
            throw Wrong("the pickle holds no dictionary of tensors");
        foreach (var (name, value) in dictionary)
            yield return value is View view
                ? new(name, view.Storage.Type, view.Shape, view.Storage.Key, view.Storage.Length, view.Offset, view.Strides)
                : throw Wrong($"'{TorchFile.Shown(name)}' is no tensor, expected a dictionary of tensors alone");
    }

    object? Run()
    {
        while (true)
        {
            byte op = Next();
            switch (op)
            {
                // PROTO
                case 0x80: if (Next() is > 5 and var version) throw Wrong($"the pickle is of protocol {version}, expected 2 to 5"); break;
                case 0x95: Number(8); break;                                                    // FRAME
                case (byte)'.': return Pop();                                                   // STOP
                case (byte)'(': stack.Add(mark); break;                                         // MARK
                case (byte)'N': stack.Add(null); break;                                         // NONE
                case 0x88: stack.Add(true); break;                                              // NEWTRUE
                case 0x89: stack.Add(false); break;                                             // NEWFALSE
                case (byte)'K': stack.Add(Number(1)); break;                                    // BININT1
                case (byte)'M': stack.Add(Number(2)); break;                                    // BININT2
                case (byte)'J': stack.Add((long)(int)Number(4)); break;                         // BININT
                case 0x8a: stack.Add(Long(Next())); break;                                      // LONG1
                case (byte)'G': stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break; // BINFLOAT
                case (byte)'X': stack.Add(Text(Number(4))); break;                              // BINUNICODE
                case 0x8c: stack.Add(Text(Next())); break;                                      // SHORT_BINUNICODE
                case (byte)'}': stack.Add(new Dictionary<string, object?>()); break;            // EMPTY_DICT
                case (byte)']': stack.Add(new List<object?>()); break;                          // EMPTY_LIST
                case (byte)')': stack.Add(Array.Empty<object?>()); break;                       // EMPTY_TUPLE
                case 0x85: stack.Add(Last(1)); break;                                           // TUPLE1
                case 0x86: stack.Add(Last(2)); break;                                           // TUPLE2
                case 0x87: stack.Add(Last(3)); break;                                           // TUPLE3
                case (byte)'t': stack.Add(SinceMark()); break;                                  // TUPLE
                case (byte)'s': Set(Last(2)); break;                                            // SETITEM
                case (byte)'u': Set(SinceMark()); break;                                        // SETITEMS
                case (byte)'a': Append(Last(1)); break;                                         // APPEND
                case (byte)'e': Append(SinceMark()); break;                                     // APPENDS
                case (byte)'q': memo[Number(1)] = Top(); break;                                 // BINPUT
                case (byte)'r': memo[Number(4)] = Top(); break;                                 // LONG_BINPUT
                case 0x94: memo[memo.Count] = Top(); break;                                     // MEMOIZE
                case (byte)'h': stack.Add(Remembered(Number(1))); break;                        // BINGET
                case (byte)'j': stack.Add(Remembered(Number(4))); break;                        // LONG_BINGET
                case (byte)'c': stack.Add(Known($"{Line()}.{Line()}")); break;                  // GLOBAL
                case 0x93: stack.Add(Qualified(Last(2))); break;                                // STACK_GLOBAL
                case (byte)'Q': stack.Add(ToStorage(Pop())); break;                             // BINPERSID
                case (byte)'R': stack.Add(Call(Last(2))); break;                                // REDUCE
                // BUILD: the dictionary's own notes, which nobody needs
                case (byte)'b': Pop(); Dictionary(); break;
                default: throw Wrong($"the pickle has the instruction 0x{op:x2}, which no dictionary of tensors needs: it is not run");
            }
        }
    }

    static Global Known(string name) =>
        name is NewTensor or NewParameter or NewDictionary or NewShape || storages.ContainsKey(name) ? new Global(name)
            : throw Wrong($"the pickle asks for '{TorchFile.Shown(name)}', which no dictionary of tensors needs: nothing of it is run");

    static Global Qualified(object?[] names) =>
        names is [string module, string name] ? Known($"{module}.{name}") : throw Wrong("the pickle has a name that is no text");

    static Storage ToStorage(object? id) =>
        id is object?[] and ["storage", Global type, string key, _, long length]
            && storages.TryGetValue(type.Name, out ScalarType values) && length >= 0
            ? new(values, key, length)
            : throw Wrong("the pickle refers to something outside that is no storage of a tensor");

    static object Call(object?[] call) => call switch
    {
        [Global { Name: NewDictionary }, object?[] and []] => new Dictionary<string, object?>(),
        [Global { Name: NewShape }, object?[] and [object?[] lengths]] => lengths,
        [Global { Name: NewParameter }, object?[] and [View view, ..]] => view,
        [Global { Name: NewTensor }, object?[] and [Storage storage, long offset, object?[] shape, object?[] strides, ..]] =>
            ToView(storage, offset, shape, strides),
        [Global { Name: var name }, _] => throw Wrong($"the pickle calls {name} with something else than it takes"),
        _ => throw Wrong("the pickle calls something that cannot be called"),
    };

    static View ToView(Storage storage, long offset, object?[] shape, object?[] strides)
    {
        bool isSound = offset >= 0 && shape.Length == strides.Length && shape.Length <= MostDimensions
            && shape.Concat(strides).All(number => number is long and >= 0);
        return isSound ? new(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()])
            : throw Wrong($"the pickle has a tensor of offset {offset} with {shape.Length} lengths and {strides.Length} strides, "
                + "expected whole numbers from 0, as many of both");
    }

    void Set(object?[] items)
    {
        Dictionary<string, object?> dictionary = Dictionary();
        if (items.Length % 2 != 0) throw Wrong("the pickle has a key without a value");
        for (int i = 0; i < items.Length; i += 2)
        {
            string key = items[i] as string ?? throw Wrong("the pickle has a dictionary whose keys are not texts");
            if (!dictionary.TryAdd(key, items[i + 1])) throw Wrong($"the pickle names '{TorchFile.Shown(key)}' twice");
        }
    }

    void Append(object?[] items) =>
        (Top() as List<object?> ?? throw Wrong("the pickle appends to something that is no list")).AddRange(items);

    Dictionary<string, object?> Dictionary() =>
        Top() as Dictionary<string, object?> ?? throw Wrong("the pickle sets what only a dictionary has on something else");

    object? Remembered(long key) => memo.TryGetValue(key, out object? value) ? value
        : throw Wrong($"the pickle refers to object {key} before there is one");

    object? Top() => stack.Count > 0 && stack[^1] != mark ? stack[^1] : throw Wrong("the pickle takes more than it has put down");

    object? Pop()
    {
        object? top = Top();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    object?[] Last(int count)
    {
        var items = new object?[count];
        for (int i = count - 1; i >= 0; i--) items[i] = Pop();
        return items;
    }

    object?[] SinceMark()
    {
        int begin = stack.LastIndexOf(mark);
        if (begin < 0) throw Wrong("the pickle takes more than it has put down");
        object?[] items = [.. stack.Skip(begin + 1)];
        stack.RemoveRange(begin, stack.Count - begin);
        return items;
    }

    byte Next() => at < code.Length ? code[at++] : throw Wrong("the pickle is cut off");

    ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > code.Length - at) throw Wrong("the pickle is cut off");
        at += (int)count;
        return code.AsSpan(at - (int)count, (int)count);
    }

    long Number(int bytes)
    {
        long value = 0;
        foreach (byte digit in Take(bytes).ToArray().Reverse()) value = value << 8 | digit;
        return value;
    }

    long Long(int bytes)
    {
        if (bytes > 8) throw Wrong("the pickle has a number beyond 64 bits");
        long value = Number(bytes);
        return bytes is 0 or 8 ? value : value << (64 - 8 * bytes) >> (64 - 8 * bytes);
    }

    string Text(long bytes)
    {
        ReadOnlySpan<byte> text = Take(bytes);
        try { return utf8.GetString(text); }
        catch (DecoderFallbackException) { throw Wrong("the pickle has a text that is not UTF-8"); }
    }

    string Line()
    {
        int length = code.AsSpan(at).IndexOf((byte)'\n');
        string line = Text(length);
        at++;
        return line;
    }

    static InvalidDataException Wrong(string sentence) => new(sentence);
}
