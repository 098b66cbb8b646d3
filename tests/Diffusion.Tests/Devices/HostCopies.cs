using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Diffusion.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion.Tests.Devices;

/// <summary>
/// Finds, in the compiled code of the library, every call that copies from the device to the host (and so waits for the device) which a step can
/// reach with tensors that are on a GPU. It follows calls, virtual ones to every override, delegates and iterators to what they run; it goes past
/// a test <c>device.type == DeviceType.CPU</c> only on the side on which the device is another.
/// </summary>
/// <remarks>
/// What runs once a process (static initialisers) is not followed, nor what a caller hands in. The pattern of the test is that of optimised code.
/// </remarks>
sealed class HostCopies
{
    static readonly string[] ofTensors =
    [
        "item", "cpu", "data", "get_bytes", "tolist", "ToString", "print", "str", "nonzero", "masked_select", "is_nonzero", "allclose", "equal",
        "unique", "bincount", "op_Explicit", "ToScalar", "ToSingle", "ToDouble", "ToInt16", "ToInt32", "ToInt64", "ToByte", "ToSByte", "ToHalf",
        "ToBoolean", "ToComplex32", "ToComplex64", "GetTensorDataAsBytes", "numpy", "save",
    ];

    const BindingFlags AllOfItsOwn = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    static readonly Dictionary<MethodInfo, bool> trueOnCpuAlone = [];

    readonly Queue<MethodBase> open = new();
    readonly HashSet<MethodBase> seen = [];
    readonly Type[] types;

    /// <summary>Follows the code from its roots.</summary>
    internal HostCopies(params MethodBase[] roots)
    {
        types = [.. roots.Select(root => root.Module.Assembly).Distinct().SelectMany(assembly => assembly.GetTypes())];
        foreach (MethodBase root in roots) Visit(root);
        while (open.TryDequeue(out MethodBase? method)) Follow(method);
    }

    /// <summary>The copies: <c>caller → what copies</c>.</summary>
    internal SortedSet<string> Found { get; } = new(StringComparer.Ordinal);

    /// <summary>The methods that were followed.</summary>
    internal IEnumerable<string> Followed => seen.Select(Name);

    /// <summary>The methods of a type by their name.</summary>
    internal static MethodBase[] Methods(Type type, string name) =>
        [.. type.GetMethods(AllOfItsOwn).Where(method => method.Name == name)];

    void Follow(MethodBase method)
    {
        Instruction[] code = Instruction.Of(method);
        foreach (int i in OffTheCpu(method, code))
        {
            if (code[i].Member is not MethodBase called) continue;
            if (Copies(code, i, called)) Found.Add($"{Name(method)} → {called.DeclaringType!.Name}.{called.Name}");
            if (called.DeclaringType is { } home && types.Contains(Definition(home))) Visit(called);
            if (code[i].Code == OpCodes.Newobj && called.DeclaringType!.IsDefined(typeof(CompilerGeneratedAttribute)))
                foreach (MethodBase next in Methods(Definition(called.DeclaringType!), "MoveNext")) Visit(next);
            if (called.IsVirtual || called.Name is "call" or "apply") foreach (MethodBase own in Overrides(called)) Visit(own);
        }
    }

    // TorchSharp's call runs a module's forward, its apply an operation's forward and backward, and a virtual method may be any of its overrides.
    IEnumerable<MethodBase> Overrides(MethodBase called)
    {
        if (called.Name == "apply" && called.DeclaringType is { IsGenericType: true } operation)
            return operation.GetGenericArguments().Where(types.Contains)
                .SelectMany(type => (MethodBase[])[.. Methods(type, "forward"), .. Methods(type, "backward")]);
        if (called.Name == "call") return types.Where(type => type.IsSubclassOf(typeof(nn.Module))).SelectMany(type => Methods(type, "forward"));
        Type declaring = Definition(called.DeclaringType!);
        if (!types.Contains(declaring)) return [];
        return types.Where(type => !type.IsInterface && !type.ContainsGenericParameters && called.DeclaringType!.IsAssignableFrom(type))
            .SelectMany(type => Methods(type, called.Name)).Where(own => own.IsVirtual);
    }

    void Visit(MethodBase method)
    {
        if (method is MethodInfo { IsGenericMethod: true } generic) method = generic.GetGenericMethodDefinition();
        if (seen.Add(method)) open.Enqueue(method);
    }

    static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    static string Name(MethodBase method) => $"{method.DeclaringType!.Name}.{method.Name}";

    static bool Copies(Instruction[] code, int i, MethodBase called)
    {
        if (called.DeclaringType?.Assembly != typeof(Tensor).Assembly) return false;
        Type type = called.DeclaringType;
        bool ofTensor = type == typeof(Tensor) || type == typeof(torch) || type.Name == "TensorExtensionMethods";
        if (ofTensor && ofTensors.Contains(called.Name)) return true;
        // to(CPU): the device is loaded among the arguments just before the call
        return called.Name is "to" or "copy_to" && called.GetParameters().Any(parameter => parameter.ParameterType == typeof(Device))
            && code[Math.Max(0, i - 6)..i].Any(before => before.Member is { Name: "CPU" or "get_CPU" });
    }

    /// <summary>The indices of the instructions that run where tensors are not on the CPU.</summary>
    static HashSet<int> OffTheCpu(MethodBase method, Instruction[] code)
    {
        var at = code.Index().ToDictionary(entry => entry.Item.Offset, entry => entry.Index);
        var reached = new HashSet<int>();
        var next = new Stack<int>(code.Length > 0 ? [0] : []);
        while (next.TryPop(out int i))
        {
            if (i >= code.Length || !reached.Add(i)) continue;
            bool? jumpsOnCpu = code[i].Code.FlowControl == FlowControl.Cond_Branch ? JumpsOnCpu(code, i) : null;
            if (jumpsOnCpu != true) foreach (int target in code[i].Targets) next.Push(at[target]);
            if (jumpsOnCpu != false && code[i].FallsThrough) next.Push(i + 1);
            foreach (ExceptionHandlingClause clause in method.GetMethodBody()!.ExceptionHandlingClauses)
                if (code[i].Offset >= clause.TryOffset && code[i].Offset < clause.TryOffset + clause.TryLength) next.Push(at[clause.HandlerOffset]);
        }
        return reached;
    }

    /// <summary>
    /// Of a branch on <c>device.type</c> or <c>device_type</c> against CPU (which is 0), or on a method that is true on the CPU alone: whether it is
    /// taken on the CPU; null for every other branch.
    /// </summary>
    static bool? JumpsOnCpu(Instruction[] code, int i)
    {
        string branch = code[i].Code.Name!.Split('.')[0];
        if (IsType(i - 1)) return branch switch { "brfalse" => true, "brtrue" => false, _ => null };
        if (IsZero(i - 1) && IsType(i - 2)) return branch switch { "beq" => true, "bne" => false, _ => null };
        if (i > 0 && code[i - 1].Member is MethodInfo { IsStatic: true } asked && IsTrueOnCpuAlone(asked))
            return branch switch { "brtrue" => true, "brfalse" => false, _ => null };
        if (i < 1 || !IsZero(i - 2) || !IsType(i - 3)) return null;
        bool? isTrueOnCpu = code[i - 1].Code.Name switch { "ceq" => true, "cgt.un" => false, _ => null };
        return branch switch { "brtrue" => isTrueOnCpu, "brfalse" => !isTrueOnCpu, _ => null };

        bool IsZero(int k) => k >= 0 && code[k].Code == OpCodes.Ldc_I4_0;
        bool IsType(int k) => k >= 0 && code[k].Member is { Name: "get_type" or "get_device_type", DeclaringType: { } owner }
            && (owner == typeof(Device) || owner == typeof(Tensor));
    }

    // A method of the library that, where the device is another, returns nothing but false.
    static bool IsTrueOnCpuAlone(MethodInfo method)
    {
        Assembly? owner = method.DeclaringType?.Assembly;
        if (method.ReturnType != typeof(bool) || (owner != typeof(Trainer).Assembly && owner != typeof(HostCopies).Assembly)) return false;
        if (trueOnCpuAlone.TryGetValue(method, out bool known)) return known;
        trueOnCpuAlone[method] = false;     // while it is looked at: one that calls itself proves nothing by that
        Instruction[] code = Instruction.Of(method);
        return trueOnCpuAlone[method] = OffTheCpu(method, code).Where(i => code[i].Code == OpCodes.Ret).All(i => i > 0 && code[i - 1].Code == OpCodes.Ldc_I4_0);
    }
}
