using Diffusion.Networks;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Diffusion.Tests.Networks;

/// <summary>
/// UNet2DModel a second time: in float64, as formulas over the parameters by their names in the file, without a class of the library but its options.
/// Run it inside a dispose scope.
/// </summary>
sealed class ExactUNet(UNetConfig config, IReadOnlyDictionary<string, Tensor> weights)
{
    internal Tensor Predict(Tensor x, Tensor t, Tensor? labels)
    {
        int levels = config.BlockOutChannels.Count;
        Tensor time = TwoLayers("time_embedding", Sinusoid(t));
        if (config.ClassEmbedType == "timestep") time += TwoLayers("class_embedding", Sinusoid(labels!));
        else if (config.ClassEmbedType == "identity") time += labels!.to(ScalarType.Float64);
        else if (config.NumClassEmbeds is not null) time += W("class_embedding.weight")[labels!];

        Tensor h = Conv("conv_in", config.CenterInputSample ? 2 * x - 1 : x);
        var skips = new List<Tensor> { h };
        for (int level = 0; level < levels; level++)
        {
            string block = $"down_blocks.{level}", type = config.DownBlockTypes[level];
            for (int i = 0; i < config.LayersPerBlock; i++)
            {
                h = Resnet($"{block}.resnets.{i}", h, time);
                if (type == "AttnDownBlock2D") h = Attend($"{block}.attentions.{i}", h, config.NormNumGroups);
                skips.Add(h);
            }
            if (level == levels - 1) continue;
            if (type == "ResnetDownsampleBlock2D" || (type == "AttnDownBlock2D" && config.DownsampleType == "resnet"))
                h = Resnet($"{block}.downsamplers.0", h, time, resize: z => (Every(z, 0, 0) + Every(z, 0, 1) + Every(z, 1, 0) + Every(z, 1, 1)) / 4);
            else
                h = Conv($"{block}.downsamplers.0.conv", config.DownsamplePadding == 0 ? F.pad(h, [0, 1, 0, 1]) : h, config.DownsamplePadding, stride: 2);
            skips.Add(h);
        }
        if (config.MidBlockType is not null)
        {
            h = Resnet("mid_block.resnets.0", h, time, config.MidBlockScaleFactor);
            int? groups = config.AttnNormNumGroups ?? (config.ResnetTimeScaleShift == "default" ? config.NormNumGroups : null);
            if (config.AddAttention) h = Attend("mid_block.attentions.0", h, groups, config.MidBlockScaleFactor);
            h = Resnet("mid_block.resnets.1", h, time, config.MidBlockScaleFactor);
        }
        for (int level = 0; level < levels; level++)
        {
            string block = $"up_blocks.{level}", type = config.UpBlockTypes[level];
            for (int i = 0; i <= config.LayersPerBlock; i++)
            {
                h = Resnet($"{block}.resnets.{i}", cat([h, skips[^1]], 1), time);
                skips.RemoveAt(skips.Count - 1);
                if (type == "AttnUpBlock2D") h = Attend($"{block}.attentions.{i}", h, config.NormNumGroups);
            }
            if (level == levels - 1) continue;
            if (type == "ResnetUpsampleBlock2D" || (type == "AttnUpBlock2D" && config.UpsampleType == "resnet"))
                h = Resnet($"{block}.upsamplers.0", h, time, resize: Twice);
            else
                h = Conv($"{block}.upsamplers.0.conv", Twice(h));
        }
        Assert.Empty(skips);
        h = Norm("conv_norm_out", h, config.NormNumGroups);
        return Conv("conv_out", h * h.sigmoid());
    }

    Tensor W(string name) => weights[name].to(ScalarType.Float64);

    Tensor Conv(string name, Tensor x, int padding = 1, int stride = 1) =>
        F.conv2d(x, W($"{name}.weight"), W($"{name}.bias"), strides: [stride, stride], padding: [padding, padding]);

    Tensor Linear(string name, Tensor x) => x.matmul(W($"{name}.weight").t()) + W($"{name}.bias");

    Tensor Norm(string name, Tensor x, int groups)
    {
        Tensor g = x.reshape(x.shape[0], groups, -1), from = g - g.mean([2], keepdim: true);
        Tensor normed = (from / (from.square().mean([2], keepdim: true) + config.NormEps).sqrt()).reshape(x.shape);
        long[] perChannel = [1, x.shape[1], .. Enumerable.Repeat(1L, x.shape.Length - 2)];
        return normed * W($"{name}.weight").view(perChannel) + W($"{name}.bias").view(perChannel);
    }

    Tensor Activate(Tensor x) => config.ActFn switch
    {
        "gelu" => x * (1 + (x / Math.Sqrt(2)).erf()) / 2,
        "mish" => x * (1 + x.exp()).log().tanh(),
        _ => x * x.sigmoid(),
    };

    Tensor Sinusoid(Tensor t)
    {
        int n = config.BlockOutChannels[0] / 2;
        Tensor rates = tensor(Enumerable.Range(0, n).Select(i => Math.Pow(10_000, -i / (n - config.FreqShift))).ToArray());
        Tensor angles = t.to(ScalarType.Float64).unsqueeze(1) * rates;
        return config.FlipSinToCos ? cat([angles.cos(), angles.sin()], 1) : cat([angles.sin(), angles.cos()], 1);
    }

    Tensor TwoLayers(string name, Tensor x)
    {
        Tensor h = Linear($"{name}.linear_1", x);
        return Linear($"{name}.linear_2", h * h.sigmoid());
    }

    Tensor Resnet(string name, Tensor x, Tensor time, double scale = 1, Func<Tensor, Tensor>? resize = null)
    {
        resize ??= z => z;
        Tensor h = Conv($"{name}.conv1", resize(Activate(Norm($"{name}.norm1", x, config.NormNumGroups))));
        Tensor told = Linear($"{name}.time_emb_proj", Activate(time)).unsqueeze(2).unsqueeze(3);
        x = resize(x);
        long c = h.shape[1];
        h = config.ResnetTimeScaleShift == "scale_shift"
            ? Norm($"{name}.norm2", h, config.NormNumGroups) * (1 + told.narrow(1, 0, c)) + told.narrow(1, c, c)
            : Norm($"{name}.norm2", h + told, config.NormNumGroups);
        h = Conv($"{name}.conv2", Activate(h));
        if (weights.ContainsKey($"{name}.conv_shortcut.weight")) x = Conv($"{name}.conv_shortcut", x, padding: 0);
        return (x + h) / scale;
    }

    Tensor Attend(string name, Tensor x, int? groups, double scale = 1)
    {
        Assert.Equal(groups is not null, weights.ContainsKey($"{name}.group_norm.weight"));
        long c = x.shape[1], d = config.AttentionHeadDim ?? c;
        Tensor pixels = (groups is { } g ? Norm($"{name}.group_norm", x, g) : x).flatten(2).transpose(1, 2);       // (B, N, C)
        Tensor q = Linear($"{name}.to_q", pixels), k = Linear($"{name}.to_k", pixels), v = Linear($"{name}.to_v", pixels);
        Tensor[] heads = [.. Enumerable.Range(0, (int)(c / d)).Select(head =>
        {
            Tensor Of(Tensor all) => all.narrow(2, head * d, d);
            return (Of(q).matmul(Of(k).transpose(1, 2)) / Math.Sqrt(d)).softmax(-1).matmul(Of(v));
        })];
        return (x + Linear($"{name}.to_out.0", cat(heads, 2)).transpose(1, 2).reshape(x.shape)) / scale;
    }

    static Tensor Every(Tensor x, long row, long column) => x[TensorIndex.Ellipsis, TensorIndex.Slice(row, null, 2), TensorIndex.Slice(column, null, 2)];

    static Tensor Twice(Tensor x) => x.repeat_interleave(2, 2).repeat_interleave(2, 3);
}
