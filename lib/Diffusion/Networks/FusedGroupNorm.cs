using TorchSharp;
using static TorchSharp.torch;

namespace Diffusion;

/// <summary>
/// <see cref="PixelMajorNorm{T}"/> as an operation that libtorch can go back through: of x (B, C, …) lying channels-last on the CPU, in float32 or
/// bfloat16, with C a multiple of 32.
/// </summary>
sealed unsafe class FusedGroupNorm : autograd.SingleTensorFunction<FusedGroupNorm>
{
    // libtorch takes over what backward returns as soon as it has returned; a scope would hold it until the whole step is done.
    [ThreadStatic] static List<Tensor>? returned;

    /// <inheritdoc/>
    public override string Name => nameof(FusedGroupNorm);

    /// <summary>Whether it does this input; others go through libtorch's own.</summary>
    internal static bool Takes(Tensor x) => x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && x.dim() > 2 && x.shape[1] % (2 * ILane.Count) == 0 && IsPixelMajor(x);

    static bool IsPixelMajor(Tensor x)
    {
        using Tensor lying = x.movedim([1], [-1]);
        return lying.is_contiguous();
    }

    /// <summary>The norm.</summary>
    /// <param name="x">(B, C, …).</param>
    /// <param name="told">(B, C) in any type, added to every pixel before the norm; null for none.</param>
    /// <param name="weight">float32 (C).</param>
    /// <param name="bias">float32 (C).</param>
    /// <param name="groups">G.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="activates">Whether SiLU follows.</param>
    internal static Tensor Apply(Tensor x, Tensor? told, Tensor weight, Tensor bias, long groups, double eps, bool activates) =>
        told is null ? apply(x, weight, bias, groups, eps, activates) : apply(x, weight, bias, groups, eps, activates, told.to(ScalarType.Float32).contiguous());

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        Tensor x = (Tensor)vars[0], weight = (Tensor)vars[1], bias = (Tensor)vars[2];
        Tensor? told = vars.Length > 6 ? (Tensor)vars[6] : null;
        (int images, int channels) = ((int)x.shape[0], (int)x.shape[1]);
        var shape = new NormShape((int)(x.numel() / images / channels), channels, (int)(long)vars[3], (double)vars[4], (bool)vars[5]);
        Tensor y = Like(x), kept = empty(images, shape.Kept);
        bool half = x.dtype == ScalarType.BFloat16;
        nint stride = (nint)shape.Pixels * shape.Channels * (half ? 2 : 4);
        nint px = Pixels(x), py = Pixels(y), pkept = Pointer(kept), pw = Pointer(weight), pb = Pointer(bias), ptold = told is null ? 0 : Pointer(told);
        Cores.ForEach(images, (long)images * stride, i =>
        {
            byte* at = (byte*)(px + i * stride), to = (byte*)(py + i * stride);
            float* toldAt = ptold == 0 ? null : (float*)ptold + (long)i * shape.Channels, keptAt = (float*)pkept + (long)i * shape.Kept;
            if (half) PixelMajorNorm<BFloat16Lane>.Forward(at, toldAt, (float*)pw, (float*)pb, to, keptAt, shape);
            else PixelMajorNorm<Float32Lane>.Forward(at, toldAt, (float*)pw, (float*)pb, to, keptAt, shape);
        });
        ctx.save_for_backward(told is null ? [x, weight, bias, kept] : [x, weight, bias, kept, told]);
        ctx.save_data("shape", shape);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        returned?.ForEach(tensor => tensor?.Dispose());
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor x = saved[0], weight = saved[1], bias = saved[2], kept = saved[3];
        Tensor? told = saved.Count > 4 ? saved[4] : null;
        var shape = (NormShape)ctx.get_data("shape");
        int images = (int)x.shape[0];
        using Tensor? asX = IsPixelMajor(grad_output) ? null : grad_output.movedim([1], [-1]).contiguous().movedim([-1], [1]);
        Tensor dy = asX ?? grad_output, dx = Like(x), sums = empty(images, 3, shape.Channels);
        bool half = x.dtype == ScalarType.BFloat16;
        nint stride = (nint)shape.Pixels * shape.Channels * (half ? 2 : 4);
        nint pdy = Pixels(dy), px = Pixels(x), pdx = Pixels(dx), psums = Pointer(sums), pkept = Pointer(kept), pw = Pointer(weight), pb = Pointer(bias), ptold = told is null ? 0 : Pointer(told);
        Cores.ForEach(images, (long)images * stride, i =>
        {
            byte* dyAt = (byte*)(pdy + i * stride), at = (byte*)(px + i * stride), to = (byte*)(pdx + i * stride);
            float* toldAt = ptold == 0 ? null : (float*)ptold + (long)i * shape.Channels;
            float* keptAt = (float*)pkept + (long)i * shape.Kept, sumsAt = (float*)psums + (long)i * 3 * shape.Channels;
            if (half) PixelMajorNorm<BFloat16Lane>.Backward(dyAt, at, toldAt, (float*)pw, (float*)pb, keptAt, to, sumsAt, shape);
            else PixelMajorNorm<Float32Lane>.Backward(dyAt, at, toldAt, (float*)pw, (float*)pb, keptAt, to, sumsAt, shape);
        });
        using Tensor both = sums.narrow(1, 0, 2).sum([0L]);               // (2, C)
        List<Tensor> gradients = [dx, both[0], both[1], null!, null!, null!];
        if (told is not null) gradients.Add(sums.select(1, 2).contiguous());   // (B, C)
        sums.Dispose();
        foreach (Tensor tensor in saved) tensor.Dispose();
        grad_output.Dispose();
        return returned = gradients;
    }

    static Tensor Like(Tensor x)
    {
        using Tensor lying = x.movedim([1], [-1]), made = empty_like(lying);
        return made.movedim([-1], [1]);
    }

    // Where the numbers lie; the tensor must live as long as they are used.
    static nint Pointer(Tensor tensor)
    {
        fixed (byte* at = tensor.bytes) return (nint)at;
    }

    static nint Pixels(Tensor x)
    {
        using Tensor lying = x.movedim([1], [-1]);
        return Pointer(lying);
    }
}
