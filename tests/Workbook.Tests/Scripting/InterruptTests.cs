using System.Diagnostics;
using Workbook.Scripting;

namespace Workbook.Tests;

[Collection(Sessions.Name)]
public sealed class InterruptTests : IDisposable
{
    readonly TestSession session = new();

    public InterruptTests() => session.Good("using System;\nusing System.Threading;\nusing System.Threading.Tasks;\nint kept = 7;");

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("Thread.Sleep(Timeout.Infinite);")]
    [InlineData("Task.Delay(Timeout.Infinite).Wait();")]
    [InlineData("await Task.Delay(Timeout.Infinite);")]
    [InlineData("await Task.Delay(10);\nwhile (true) { }")]
    [InlineData("await Task.Delay(10);\nThread.Sleep(Timeout.Infinite);")]
    [InlineData("await Task.Delay(10);\nwhile (true) try { Thread.Sleep(Timeout.Infinite); } catch { }")]
    [InlineData("while (true) try { Thread.Sleep(Timeout.Infinite); } catch { }")]
    [InlineData("while (true) try { Thread.Sleep(1); } catch { }")]
    [InlineData("while (true) { try { Thread.SpinWait(10); } finally { Thread.SpinWait(100); } }")]
    [InlineData("Parallel.For(0, 4, i => { for (long n = 0; n < 3_000_000_000; n++) { } });")]
    [InlineData("int Down(int n) { while (true) n++; }\nDown(1)")]
    public void A_cell_is_stopped_whatever_it_does_and_the_next_one_runs(string code)
    {
        var time = Stopwatch.StartNew();
        CellOutput.Error error = session.Interrupt(code)!;
        Assert.True(error.IsInterruption, string.Join("\n", error.Traceback));
        Assert.Equal("Enough.", error.Message);
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(15), $"{time.Elapsed}");
        Assert.Equal("7", session.Shows("Thread.Sleep(1);\nkept"));
    }

    [Fact]
    public void A_loop_that_looks_is_asked_first_and_ends_in_order()
    {
        CellOutput.Error error = session.Interrupt("""
            var stopping = (CancellationToken)Type.GetType("Workbook.Scripting.CellDisplay, workbook").GetProperty("Stopping").GetValue(null);
            while (!stopping.IsCancellationRequested) Thread.Sleep(1);
            Console.Write("saved");
            stopping.ThrowIfCancellationRequested();
            """)!;
        Assert.True(error.IsInterruption);
        Assert.StartsWith("saved", session.Said);
    }

    [Fact]
    public void A_cell_stopped_while_it_prints_loses_and_breaks_no_line()
    {
        for (int round = 0; round < 5; round++)
        {
            Assert.True(session.Interrupt("for (int i = 0; ; i++) Console.WriteLine($\"line {i}\");", 13 * round + 1)!.IsInterruption);
            string[] lines = [.. session.Outputs.OfType<CellOutput.Stream>().Select(output => output.Text)];
            Assert.Equal(Enumerable.Range(0, lines.Length).Select(i => $"line {i}\n"), lines);
            Assert.Equal("7", session.Shows("Console.Write(\"ok\");\nkept"));
        }
    }

    [Fact]
    public void A_cell_that_ends_by_itself_is_not_stopped()
    {
        Assert.Null(session.Interrupt("kept++;", 100_000));
        Assert.Equal("8", session.Shows("kept"));
    }
}
