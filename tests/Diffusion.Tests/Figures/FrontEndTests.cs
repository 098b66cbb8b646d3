using System.Reflection;
using System.Reflection.Emit;

namespace Diffusion.Tests;

[CollectionDefinition("Front end", DisableParallelization = true)]
public class FrontEndCollection;

/// <summary>Plays the engines: assemblies with their names and shapes, made here.</summary>
[Collection("Front end")]
public class FrontEndTests
{
    static readonly Plot plot = new Plot("p", "x", "y").Line("a", [1, 2]);

    [Fact]
    public void Without_an_engine_a_figure_is_a_line_on_the_console()
    {
        string[] lines = Printed(() => plot.Show().Update(plot with { Alt = "changed" }));
        Assert.Equal([plot.ToString(), "[Plot] changed"], lines);
    }

    [Fact]
    public void The_own_engine_is_found_by_name_and_updates_in_place()
    {
        var calls = new List<string>();
        var type = Engine();
        void Set(string name, object? value) => type.GetField(name)!.SetValue(null, value);
        Set("OnShow", (Func<object, string>)(value => { calls.Add($"show {value}"); return "id 7"; }));
        Set("OnUpdate", (Action<string, object>)((id, value) => calls.Add($"update {id} {value}")));

        Set("Active", (Func<bool>)(() => true));
        plot.Show().Update(plot with { Alt = "changed" });
        Assert.Equal([$"show {plot}", "update id 7 [Plot] changed"], calls);

        Set("Active", (Func<bool>)(() => false));
        Assert.Equal([plot.ToString()], Printed(() => plot.Show()));
        Assert.Equal(2, calls.Count);
    }

    internal static string[] Printed(Action act)
    {
        var before = Console.Out;
        var text = new StringWriter();
        Console.SetOut(text);
        try { act(); }
        finally { Console.SetOut(before); }
        return text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>public static class Workbook.Scripting.CellDisplay of an assembly named Workbook.Cells, each member handing on to a field.</summary>
    static Type Engine()
    {
        var type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Workbook.Cells"), AssemblyBuilderAccess.Run).DefineDynamicModule("m")
            .DefineType("Workbook.Scripting.CellDisplay", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        MethodBuilder Define(string name, string field, Type handler, Type result, params Type[] arguments)
        {
            var holder = type.DefineField(field, handler, FieldAttributes.Public | FieldAttributes.Static);
            var method = type.DefineMethod(name, MethodAttributes.Public | MethodAttributes.Static, result, arguments);
            var il = method.GetILGenerator();
            il.Emit(OpCodes.Ldsfld, holder);
            for (int i = 0; i < arguments.Length; i++) il.Emit(OpCodes.Ldarg, i);
            il.Emit(OpCodes.Callvirt, handler.GetMethod("Invoke")!);
            il.Emit(OpCodes.Ret);
            return method;
        }
        Define("Show", "OnShow", typeof(Func<object, string>), typeof(string), typeof(object));
        Define("Update", "OnUpdate", typeof(Action<string, object>), typeof(void), typeof(string), typeof(object));
        type.DefineProperty("IsActive", PropertyAttributes.None, typeof(bool), null).SetGetMethod(Define("get_IsActive", "Active", typeof(Func<bool>), typeof(bool)));
        return type.CreateType();
    }
}
