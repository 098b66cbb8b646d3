using Diffusion.Devices;
using Figures;
using Tensor = TorchSharp.torch.Tensor;

namespace Course.Display;

/// <summary>Tensors as the plain arrays that figures take.</summary>
public static class TensorFigures
{
    /// <summary>Images for an <see cref="ImageGrid"/>. Copies to the host; the tensor is left as it is.</summary>
    /// <param name="images">(N, C, H, W) with C = 1 (grey) or 3 (red, green, blue), values in [−1, 1].</param>
    /// <exception cref="ArgumentException">The tensor is not of this shape.</exception>
    public static double[,,,] ToImages(this Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] is not (1 or 3) || images.numel() == 0)
            throw new ArgumentException($"The images have shape {TensorShape.Format(images.shape)}, expected (N, C, H, W) "
                + "with C = 1 or 3 and N ≥ 1.");
        var values = new double[images.shape[0], images.shape[1], images.shape[2], images.shape[3]];
        Buffer.BlockCopy(images.ToDoubles(), 0, values, 0, values.Length * sizeof(double));
        return values;
    }

    /// <summary>The values of a <see cref="HeatMap"/>. Copies to the host; the tensor is left as it is.</summary>
    /// <param name="values">(rows, columns).</param>
    /// <exception cref="ArgumentException">The tensor is not of this shape.</exception>
    public static double[,] ToGrid(this Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.dim() != 2)
            throw new ArgumentException($"The tensor has shape {TensorShape.Format(values.shape)}, expected (rows, columns).");
        var grid = new double[values.shape[0], values.shape[1]];
        Buffer.BlockCopy(values.ToDoubles(), 0, grid, 0, grid.Length * sizeof(double));
        return grid;
    }

    /// <summary>Marks at the rows of a tensor.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="points">(N, 2).</param>
    /// <exception cref="ArgumentException">The tensor is not of this shape.</exception>
    public static Plot Points(this Plot plot, string name, Tensor points)
    {
        ArgumentNullException.ThrowIfNull(plot);
        (double[] x, double[] y) = Columns(plot, name, points);
        return plot.Points(name, x, y);
    }

    /// <summary>A vector field at the rows of <paramref name="points"/> along the rows of <paramref name="vectors"/>.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="points">(N, 2).</param>
    /// <param name="vectors">(N, 2).</param>
    /// <exception cref="ArgumentException">A tensor is not of this shape.</exception>
    public static Plot Arrows(this Plot plot, Tensor points, Tensor vectors)
    {
        ArgumentNullException.ThrowIfNull(plot);
        (double[] x, double[] y) = Columns(plot, "points", points);
        (double[] u, double[] v) = Columns(plot, "vectors", vectors);
        return plot.Arrows(x, y, u, v);
    }

    static (double[], double[]) Columns(Plot plot, string name, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.dim() != 2 || rows.shape[1] != 2 || rows.numel() == 0)
            throw new ArgumentException($"Figure '{plot.Title}', layer '{name}': the tensor has shape {TensorShape.Format(rows.shape)}, "
                + "expected (N, 2) with N ≥ 1.");
        double[] values = rows.ToDoubles();
        return ([.. values.Where((_, i) => i % 2 == 0)], [.. values.Where((_, i) => i % 2 == 1)]);
    }
}
