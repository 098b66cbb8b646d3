using Diffusion.Networks;
using static TorchSharp.torch;

namespace Course.Benchmarks;

/// <summary>
/// The arithmetic of one forward pass, counted from the parameters' names and shapes: two operations for every weight and pixel it meets,
/// and in attention 4·N²·d for the scores and the sum over N pixels. Norms, SiLU and sums are left out, so a time computed from it is a
/// lower bound.
/// </summary>
/// <remarks>For networks whose levels are halved and doubled by convolutions.</remarks>
sealed class NetworkWork
{
    /// <summary>One convolution as the network uses it.</summary>
    internal sealed record Convolution(long In, long Out, long Kernel, int Size)
    {
        /// <summary>Operations for one image.</summary>
        internal double Operations => 2.0 * In * Out * Kernel * Kernel * Size * Size;
    }

    internal NetworkWork(UNet network, int size)
    {
        var convolutions = new List<Convolution>();
        int last = network.Config.Levels - 1;
        foreach ((string name, Tensor parameter) in network.named_parameters())
        {
            long[] shape = parameter.shape;
            if (shape.Length < 2) continue;
            int side = size >> Level(name, last);
            long pixels = name.Contains("time", StringComparison.Ordinal) ? 1 : (long)side * side;
            Operations += 2.0 * parameter.numel() * pixels;
            if (shape.Length == 4) convolutions.Add(new(shape[1], shape[0], shape[2], side));
            if (name.EndsWith("to_q.weight", StringComparison.Ordinal)) Operations += 4.0 * pixels * pixels * shape[0];
        }
        double most = convolutions.Where(IsStraight).Max(convolution => convolution.Operations);
        Largest = [.. convolutions.Where(convolution => IsStraight(convolution) && convolution.Operations == most).Distinct()];

        static bool IsStraight(Convolution convolution) => convolution.Kernel == 3;
    }

    /// <summary>Operations for one image, a multiplication and an addition counted as two.</summary>
    internal double Operations { get; }

    /// <summary>The convolutions that are most work, all of them where several are equally much.</summary>
    internal IReadOnlyList<Convolution> Largest { get; }

    // How often the image has been halved where the output of this layer lies.
    static int Level(string name, int last)
    {
        string[] parts = name.Split('.');
        return parts[0] switch
        {
            "down_blocks" => int.Parse(parts[1]) + (parts[2] == "downsamplers" ? 1 : 0),
            "mid_block" => last,
            "up_blocks" => last - int.Parse(parts[1]) - (parts[2] == "upsamplers" ? 1 : 0),
            _ => 0,
        };
    }
}
