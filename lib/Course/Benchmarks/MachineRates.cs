using Course.Brownian;
using Diffusion.Devices;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Course.Benchmarks;

/// <summary>What this machine can do at best, measured in the same run as what is held against it.</summary>
static class MachineRates
{
    /// <summary>Operations per second of a convolution and of its two gradients.</summary>
    internal sealed record ConvolutionRate(double Forward, double Backward)
    {
        /// <summary>Images per second of a forward pass that were nothing but convolutions at this rate.</summary>
        internal double ForwardImages(double operations) => Forward / operations;

        /// <summary>The same for a training step: the gradients by input and by weight are as much work as the forward pass each.</summary>
        internal double TrainingImages(double operations) => 1 / (operations / Forward + 2 * operations / Backward);
    }

    /// <summary>The best rate over the given convolutions in both memory layouts.</summary>
    internal static ConvolutionRate Convolutions(IEnumerable<NetworkWork.Convolution> convolutions, int batch, ScalarType type,
        int repetitions, double budget)
    {
        (NetworkWork.Convolution Shape, bool ChannelsLast)[] cases =
            [.. from shape in convolutions from last in (bool[])[false, true] select (shape, last)];
        double forward = 0, backward = 0, share = budget / cases.Length;
        foreach ((NetworkWork.Convolution shape, bool channelsLast) in cases)
        {
            using var scope = NewDisposeScope();
            Tensor w = Random(shape.Out, shape.In, shape.Kernel), x = Random(batch, shape.In, shape.Size),
                y = Convolved(), g = y.detach().clone();
            double operations = batch * shape.Operations;
            double ahead = Stopwatches.Median(() =>
            {
                using var noGraph = no_grad();
                Convolved();
            }, repetitions, share / 3);
            double back = Stopwatches.Median(() => autograd.grad([y], [x, w], [g], retain_graph: true), repetitions, share / 1.5);
            (forward, backward) = (Math.Max(forward, operations / ahead), Math.Max(backward, 2 * operations / back));

            Tensor Random(long items, long channels, long size)
            {
                Tensor values = rand(items, channels, size, size, device: Compute.Device).sub_(0.5).to(type);
                return (channelsLast ? values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : values).detach().requires_grad_();
            }

            Tensor Convolved() => F.conv2d(x, w, padding: [shape.Kernel / 2, shape.Kernel / 2]);
        }
        return new(forward, backward);
    }

    /// <summary>Bytes per second, read and written ones both counted, of a copy far larger than any cache.</summary>
    internal static double Copy(int repetitions, double budget)
    {
        const long Values = 1 << 24;      // 64 MB
        using var scope = NewDisposeScope();
        Tensor from = ones(Values, device: Compute.Device), to = zeros(Values, device: Compute.Device);
        return 2.0 * sizeof(float) * Values / Stopwatches.Median(() => to.copy_(from), repetitions, budget);
    }

    /// <summary>Normal random numbers per second, drawn by torch into a buffer that stays in the cache.</summary>
    internal static double NormalNumbers(int repetitions, double budget)
    {
        const int Draws = 64;
        using var scope = NewDisposeScope();
        Tensor buffer = empty(InkDrop.SliceLength, device: Compute.Device);
        return Draws * (double)buffer.numel() / Stopwatches.Median(() =>
        {
            for (int i = 0; i < Draws; i++) buffer.normal_();
        }, repetitions, budget);
    }
}
