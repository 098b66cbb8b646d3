namespace Diffusion.Tests;

[CollectionDefinition("Front end", DisableParallelization = true)]
public class FrontEndCollection;

/// <summary>Without a notebook engine; with one, see the tests of the kernel and of the foreign host.</summary>
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

    internal static string[] Printed(Action act)
    {
        var before = Console.Out;
        var text = new StringWriter();
        Console.SetOut(text);
        try { act(); }
        finally { Console.SetOut(before); }
        return text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
