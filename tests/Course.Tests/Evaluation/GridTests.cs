using Course.Evaluation;

namespace Course.Tests.Evaluation;

public sealed class GridTests
{
    [Fact]
    public void Linspace_has_both_ends_and_equal_strides()
    {
        Assert.Equal([-3.0, -1.5, 0, 1.5, 3], Grid.Linspace(-3, 3, 5));
        Assert.Equal([1.0, 0.5, 0], Grid.Linspace(1, 0, 3));
        Assert.Equal([2.0], Grid.Linspace(2, 9, 1));
        double[] fine = Grid.Linspace(0.1, 0.7, 1001);
        Assert.Equal((0.1, 0.7), (fine[0], fine[^1]));
        Assert.All(Enumerable.Range(0, 1001), i => Assert.Equal(0.1 + 0.0006 * i, fine[i], 1e-15));
    }

    [Theory, InlineData(0), InlineData(-1)]
    public void A_count_below_1_is_refused(int count) => Assert.StartsWith($"The count of places is {count}, expected at least 1.",
        Assert.Throws<ArgumentOutOfRangeException>(() => Grid.Linspace(0, 1, count)).Message);
}
