using System.Diagnostics;
using Notebooks.Scripting;

namespace Notebooks.Tests.Scripting;

[Collection(Sessions.Name)]
public sealed class InterruptTests : IDisposable
{
    readonly TestSession session = new();

    public InterruptTests() => session.Good("using System;\nusing System.Threading;\nusing System.Threading.Tasks;\nint kept = 7;");

    public void Dispose() => session.Dispose();

    // A cell that neither looks, loops nor waits is ended with its process, in RunTests.
    [Theory]
    [InlineData("Thread.Sleep(Timeout.Infinite);")]
    [InlineData("Task.Delay(Timeout.Infinite).Wait();")]
    [InlineData("await Task.Delay(Timeout.Infinite);")]
    [InlineData("await Task.Delay(10);\nThread.Sleep(Timeout.Infinite);")]
    public void A_cell_that_waits_is_stopped_and_the_next_one_runs(string code)
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
            var stopping = Microsoft.DotNet.Interactive.KernelInvocationContext.Current.CancellationToken;
            while (!stopping.IsCancellationRequested) Thread.Sleep(1);
            Console.Write("saved");
            stopping.ThrowIfCancellationRequested();
            """)!;
        Assert.True(error.IsInterruption);
        Assert.StartsWith("saved", session.Said);
    }

    [Fact]
    public void A_cell_that_ends_by_itself_is_not_stopped()
    {
        Assert.Null(session.Interrupt("kept++;", 100_000));
        Assert.Equal("8", session.Shows("kept"));
    }
}
