using Course.Display;
using Figures;
using static TorchSharp.torch;

namespace Course.Tests.Display;

/// <summary>Tensors on their way into figures: the same numbers in the same places, and one sentence for a shape that does not fit.</summary>
public class TensorFiguresTests
{
    [Fact]
    public void Images_and_grids_keep_every_number_in_its_place()
    {
        using var scope = NewDisposeScope();
        Tensor x = arange(2 * 3 * 4 * 5, dtype: ScalarType.Float32).reshape(2, 3, 4, 5);
        double[,,,] images = x.ToImages();
        double[,] grid = x[1, 2].transpose(0, 1).ToGrid();      // a view, whose memory lies in another order
        Assert.Equal((2, 3, 4, 5), (images.GetLength(0), images.GetLength(1), images.GetLength(2), images.GetLength(3)));
        Assert.Equal((5, 4), (grid.GetLength(0), grid.GetLength(1)));
        Assert.Equal(x[1, 0, 1, 2].item<float>(), images[1, 0, 1, 2]);
        for (int row = 0; row < 4; row++)
            for (int column = 0; column < 5; column++) Assert.Equal(images[1, 2, row, column], grid[column, row]);
    }

    [Fact]
    public void Points_and_arrows_take_the_rows_of_a_tensor()
    {
        using var scope = NewDisposeScope();
        Tensor at = tensor(new double[,] { { 0, 1 }, { 2, 3 }, { 4, 5 } }), along = at + 10;
        var plain = new Plot("p", "x", "y");
        Assert.Equal(plain.Points("a", [0, 2, 4], [1, 3, 5]).ToPng(), plain.Points("a", at).ToPng());
        Assert.Equal(plain.Arrows([0, 2, 4], [1, 3, 5], [10, 12, 14], [11, 13, 15]).ToPng(), plain.Arrows(at, along).ToPng());
    }

    [Fact]
    public void A_shape_that_does_not_fit_is_named()
    {
        using var scope = NewDisposeScope();
        var plot = new Plot("The plot", "x", "y");
        Said("Figure 'The plot', layer 'a': the tensor has shape (3, 3), expected (N, 2) with N ≥ 1.", () => plot.Points("a", zeros(3, 3)));
        Said("The tensor has shape (2), expected (rows, columns).", () => zeros(2).ToGrid());
        Said("The images have shape (28, 28), expected (N, C, H, W) with C = 1 or 3 and N ≥ 1.", () => zeros(28, 28).ToImages());
        Said("The images have shape (1, 2, 4, 4), expected (N, C, H, W) with C = 1 or 3 and N ≥ 1.", () => zeros(1, 2, 4, 4).ToImages());

        static void Said(string sentence, Action act) => Assert.Equal(sentence, Assert.Throws<ArgumentException>(act).Message);
    }
}
