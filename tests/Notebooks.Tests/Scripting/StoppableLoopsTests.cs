using Notebooks.Scripting;

namespace Notebooks.Tests.Scripting;

[Collection(Sessions.Name)]
public sealed class StoppableLoopsTests
{
    const string Loops = """
        using System;
        int sum = 0;
        for (int i = 0; i < 3; i++) for (int j = 0; j < 2; j++) sum += i * j; // 3
        foreach (var (a, b) in new[] { (1, 2) })
            if (a > b) sum--;
            else sum++;
        while (sum < 10) { sum += 2; }
        do sum++; while (sum < 20);
        int Later() { while (true) return 5; }
        Action quick = () => { foreach (char c in "ab") sum += c == 'a' ? 1 : 0; };
        quick();
        sum + Later()
        """;

    [Fact]
    public void They_compute_what_they_did_and_stay_in_their_lines()
    {
        string rewritten = StoppableLoops.In(Loops)!;
        Assert.Equal(7, rewritten.Split("ThrowIfStopped()").Length - 1);
        Assert.Equal(Loops.Split('\n').Length, rewritten.Split('\n').Length);
        using var session = new TestSession();
        Assert.Equal("26", session.Shows(Loops));
    }

    [Fact]
    public void A_cell_without_loops_is_left_alone() => Assert.Null(StoppableLoops.In("int x = 1; // for while"));

    [Fact]
    public void A_mistake_beside_a_loop_is_shown_as_it_was_written()
    {
        using var session = new TestSession();
        CellOutput.Error error = session.Run("int n = 0;\nfor (int i = 0; i < 3; i++) n = i + nothing;")!;
        Assert.Equal(2, error.Line);
        Assert.DoesNotContain("ThrowIfStopped", string.Join("\n", error.Traceback));
        Assert.Contains(error.Traceback, line => line.Contains("nothing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("while (true) ;")]
    [InlineData("while (true) { try { for (;;) { } } catch (Exception) { } }")]
    [InlineData("foreach (int i in Forever()) { }\nSystem.Collections.Generic.IEnumerable<int> Forever() { while (true) yield return 1; }")]
    public void A_busy_cell_stops_in_order(string code)
    {
        using var session = new TestSession();
        session.Good("using System;\nint kept = 7;");
        Assert.True(session.Interrupt(code)!.IsInterruption);
        Assert.Equal("7", session.Shows("kept"));
    }
}
