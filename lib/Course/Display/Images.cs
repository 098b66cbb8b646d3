using Figures;
using Tensor = TorchSharp.torch.Tensor;

namespace Course.Display;

/// <summary>The images of a tensor as a figure.</summary>
public static class Images
{
    /// <summary>A grid of the images of a tensor, row by row. Its size in CSS px follows from the images and is at most 720 wide.</summary>
    /// <param name="title">The title.</param>
    /// <param name="images">(N, C, H, W) with C = 1 (grey) or 3 (red, green, blue) and values in [−1, 1]; values outside are
    /// clipped.</param>
    /// <param name="columns">Images a row; by default all in one row up to 10.</param>
    /// <param name="rowLabels">A label for each row.</param>
    /// <param name="columnLabels">A label for each column.</param>
    /// <param name="captions">A caption for each image.</param>
    /// <exception cref="ArgumentException">The tensor is not of this shape, or labels do not match it in number.</exception>
    public static ImageGrid Of(string title, Tensor images, int? columns = null, IEnumerable<string>? rowLabels = null,
        IEnumerable<string>? columnLabels = null, IEnumerable<string>? captions = null) =>
        ImageGrid.Of(title, images.ToImages(), columns, rowLabels, columnLabels, captions);
}
