using System.Reflection;
using System.Reflection.Emit;

namespace Diffusion.Tests.Devices;

/// <summary>One instruction of a compiled method.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="Code">What it does.</param>
/// <param name="Member">The method or field that it names, if it names one.</param>
/// <param name="Targets">Where it may jump to.</param>
sealed record Instruction(int Offset, OpCode Code, MemberInfo? Member, int[] Targets)
{
    static readonly Dictionary<short, OpCode> codes =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Whether the next instruction may follow this one.</summary>
    internal bool FallsThrough => Code.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw);

    /// <summary>The instructions of a method; none where it has no body.</summary>
    internal static Instruction[] Of(MethodBase method)
    {
        byte[]? il = method.GetMethodBody()?.GetILAsByteArray();
        var read = new List<Instruction>();
        for (int at = 0; il is not null && at < il.Length;)
        {
            int start = at;
            short value = il[at++];
            if (value == 0xFE) value = (short)(0xFE00 | il[at++]);
            OpCode code = codes[value];
            int operand = at;
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
            int end = at;
            int[] targets = code.OperandType switch
            {
                OperandType.ShortInlineBrTarget => [end + (sbyte)il[operand]],
                OperandType.InlineBrTarget => [end + BitConverter.ToInt32(il, operand)],
                OperandType.InlineSwitch =>
                    [.. Enumerable.Range(1, BitConverter.ToInt32(il, operand)).Select(i => end + BitConverter.ToInt32(il, operand + 4 * i))],
                _ => [],
            };
            MemberInfo? member = code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok
                ? method.Module.ResolveMember(BitConverter.ToInt32(il, operand), Arguments(method.DeclaringType),
                    method.IsGenericMethod ? method.GetGenericArguments() : null)
                : null;
            read.Add(new(start, code, member, targets));
        }
        return [.. read];
    }

    static Type[]? Arguments(Type? type) => type is { IsGenericType: true } ? type.GetGenericArguments() : null;
}
