using static System.Math;

namespace Course.Brownian;

/// <summary>A flat rectangular glass of water and the drop of ink that falls into it: a round normal blot, its tails folded back where a
/// wall is near.</summary>
/// <remarks>Lengths in any unit, D in its square per unit of time. The origin is the lower left corner.</remarks>
/// <param name="Width">Length of the glass along x, above 0.</param>
/// <param name="Height">Length of the glass along y, above 0.</param>
/// <param name="D">Diffusion constant, above 0: ⟨|x|²⟩ grows by 4D per unit of time.</param>
/// <param name="DropX">Where the drop falls, between the walls.</param>
/// <param name="DropY">Where the drop falls, between the walls.</param>
/// <param name="DropSize">Standard deviation of the blot at time 0 along each axis; at least a thousandth of the glass.</param>
public sealed record Glass(double Width = 1.5, double Height = 1, double D = 0.01, double DropX = 0.45,
    double DropY = 0.7, double DropSize = 0.03)
{
    /// <summary>The time after which the slowest unevenness has fallen to 1/e, max(Width, Height)²/(π²D). After five of them the water is
    /// evenly grey.</summary>
    public double RelaxationTime => Pow(Max(Width, Height) / PI, 2) / D;

    /// <summary>The exact probability of finding a molecule in each cell of a grid at a time: the product of two <see cref="HeatEquation"/>
    /// solutions.</summary>
    /// <param name="time">Since the drop fell, at least 0.</param>
    /// <param name="binsX">Cells along x.</param>
    /// <param name="binsY">Cells along y.</param>
    /// <returns>[row, column] = [y, x], row 0 at the bottom; sums to 1.</returns>
    public double[,] Probabilities(double time, int binsX, int binsY)
    {
        double[] x = HeatEquation.BinProbabilities(binsX, Width, DropX, DropSize, D, time),
            y = HeatEquation.BinProbabilities(binsY, Height, DropY, DropSize, D, time);
        return InkFrame.Grid(binsX, binsY, (column, row) => x[column] * y[row]);
    }

    internal void Require()
    {
        foreach (var (name, value) in new[] { (nameof(Width), Width), (nameof(Height), Height), (nameof(D), D) })
            if (!(value > 0 && double.IsFinite(value)))
                throw new ArgumentOutOfRangeException(name, $"The glass's {name} is {value}, expected a finite number above 0.");
        if (!(DropX >= 0 && DropX <= Width && DropY >= 0 && DropY <= Height))
            throw new ArgumentOutOfRangeException(nameof(DropX), $"The drop falls at ({DropX}, {DropY}), expected inside the "
                + $"glass of {Width} × {Height}.");
        if (!(DropSize >= 1e-3 * Max(Width, Height) && double.IsFinite(DropSize)))
            throw new ArgumentOutOfRangeException(nameof(DropSize), $"The drop's size is {DropSize}, expected at least a thousandth of "
                + $"the glass, {1e-3 * Max(Width, Height)}.");
    }
}
