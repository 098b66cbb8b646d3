using System.Diagnostics;
using Workbook.Scripting;
using Xunit.Abstractions;

namespace Workbook.Tests;

/// <summary>A | in the code is the cursor.</summary>
[Collection(Sessions.Name)]
public sealed class LanguageTests(ITestOutputHelper log) : IDisposable
{
    static readonly string Setup = $"""
        #r "{WorkbookProgram.Bin}/TorchSharp.dll"
        #r "{WorkbookProgram.Bin}/Diffusion.dll"
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using static System.Math;
        using TorchSharp;
        using Diffusion;
        using Tensor = TorchSharp.torch.Tensor;
        """;

    readonly TestSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Explore()
    {
        var w = Stopwatch.StartNew();
        session.Language.Complete("System.Math.", 12, default);
        log.WriteLine($"cold {w.ElapsedMilliseconds}");
        session.Good(Setup);
        session.Good("Tensor x = null; int total = 1; int Twice(int n) => 2 * n; class Ball { /// <summary>How heavy.</summary>\npublic double Mass; }");
        foreach (string code in new[] { "x.su|", "Sampler.|", "tot|", "new Ball().|", "torch.ra|", "Sampler.Ddim(null, |", "Sampler.Ddim(null, st|", "DayOfWeek.|", "\"a.|\"", "// a|", "var s = $\"{x.sh|}\"", "Ta|ke", "int β = 1; Console.WriteLine(β|", "int ε = 1; string 𝒙 = \"😀\"; tot|", "#|", "x.|", "Cons|ole.WriteLine(1)", "override |", "class K { override | }", "await |", "", "foreach (var q in |", "Compute.Seed(|", "Get.No|", "NoiseSchedule.|", "torch.nn.fun|", "x.ToString(\"|\")" })
        {
            w.Restart();
            var c = Complete(code);
            log.WriteLine($"{code,-40} {w.ElapsedMilliseconds} ms  [{c.Start},{c.End}) {c.Items.Count}: {string.Join(", ", c.Items.Take(14).Select(i => $"{i.Text}:{i.Kind}"))}");
        }
        foreach (string code in new[] { "Sampler.Dd|im", "Sampler.Ddim(null, |", "torch.randn(2, |", "Math.Abs(1.5, |", "Math.Abs(-1|)", "Console.WriteLine|", "to|tal", "Twice(|", "new Ball().Ma|ss", "var q = new List<int>(|", "new NoiseSche|dule()", "awa|it x", "va|r z = x;", "nothing|", "3|", "Samp|ler q", "x.s|um()", "DayOfWeek.Mon|day", "new Sampler(|", "Enumerable.Range(0, 3).Sel|ect(a => a)", "Sampler s = new(|", "torch.ran|dn(3)", "new Dictionary<int, string>().Add|", "Foo(|", "\"text|\"", "int ε = 1; string 𝒙 = \"😀\"; Sampler.Ddpm(|)" })
        {
            w.Restart();
            var c = Inspect(code, 0);
            log.WriteLine($"---- {code,-40} {w.ElapsedMilliseconds} ms\n{c?.Plain[..Math.Min(c.Plain.Length, 1500)]}");
        }
        log.WriteLine(Inspect("Sampler.Dd|im", 1)!.Markdown);
        log.WriteLine(Inspect("Samp|ler", 1)!.Markdown);
        foreach (string code in new[] { "1 + 1", "var x = (1 +", "if (x) {", "int x = ;", "/* open", "\"open", "int x = 1", "int x = 1;", "for (;;)\n{\n    if (a)\n    {", "", "class A {\n    int x;\n", "foo(", "x.", "$\"a{", "\"\"\"abc", "@\"abc", "}", "#r \"a", "if (true)", "int F(int a) =>", "// c", "1 +", "using System", "a b c" })
            log.WriteLine($"{code.ReplaceLineEndings("\\n"),-30} {session.Language.Judge(code)}");
    }

    Completions Complete(string code)
    {
        int at = code.IndexOf('|');
        return session.Language.Complete(at < 0 ? code : code.Remove(at, 1), Math.Max(at, 0), CancellationToken.None);
    }

    Inspection? Inspect(string code, int detail = 0)
    {
        int at = code.IndexOf('|');
        return session.Language.Inspect(code.Remove(at, 1), at, detail, CancellationToken.None);
    }
}
