namespace Diffusion.Networks;

/// <summary>Height and width of an image in pixels; a plain number is a square: <c>SampleSize = 28</c>.</summary>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Width">Columns, at least 1.</param>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>The square of this side.</summary>
    public static implicit operator ImageSize(int side) => new(side, side);

    /// <summary>As text: <c>28×28</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";
}
