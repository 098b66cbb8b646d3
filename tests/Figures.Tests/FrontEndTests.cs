using Shared;

namespace Figures.Tests;

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
        string[] lines = ConsoleLines.Of(() => plot.Show().Update(plot with { Alt = "changed" }));
        Assert.Equal([plot.ToString(), "[Plot] changed"], lines);
    }
}
