using System.Text;
using System.Text.Json;
using Diffusion.Models.Files;
using Diffusion.Networks;
using Shared;

namespace Diffusion.Models;

/// <summary>A <see cref="UNetConfig"/> as the config.json of diffusers' UNet2DModel: the one place that knows its keys.</summary>
public static class UNetConfigJson
{
    const string NullClassKey = "_null_class";

    // An option: its key, what is written for it, what it says when it is read.
    sealed record Option(string Key, Func<UNetConfig, object?> Written, Func<UNetConfig, JsonOption, UNetConfig> Read);

    static readonly Option[] options =
    [
        new("act_fn", c => c.ActFn, (c, v) => c with { ActFn = v.Text() }),
        new("add_attention", c => c.AddAttention, (c, v) => c with { AddAttention = v.Flag() }),
        new("attention_head_dim", c => c.AttentionHeadDim, (c, v) => c with { AttentionHeadDim = v.WholeOrNull() }),
        new("attn_norm_num_groups", c => c.AttnNormNumGroups, (c, v) => c with { AttnNormNumGroups = v.WholeOrNull() }),
        new("block_out_channels", c => c.BlockOutChannels, (c, v) => c with { BlockOutChannels = v.Wholes() }),
        new("center_input_sample", c => c.CenterInputSample, (c, v) => c with { CenterInputSample = v.Flag() }),
        new("class_embed_type", c => c.ClassEmbedType, (c, v) => c with { ClassEmbedType = v.TextOrNull() }),
        new("down_block_types", c => c.DownBlockTypes, (c, v) => c with { DownBlockTypes = v.Texts() }),
        new("downsample_padding", c => c.DownsamplePadding, (c, v) => c with { DownsamplePadding = v.Whole() }),
        new("downsample_type", c => c.DownsampleType, (c, v) => c with { DownsampleType = v.TextOrNull() ?? UNetConfig.Conv }),
        new("dropout", c => c.Dropout, (c, v) => c with { Dropout = v.Number() }),
        new("flip_sin_to_cos", c => c.FlipSinToCos, (c, v) => c with { FlipSinToCos = v.Flag() }),
        new("freq_shift", c => AsInt(c.FreqShift) ?? (object)c.FreqShift, (c, v) => c with { FreqShift = v.Number() }),
        new("in_channels", c => c.InChannels, (c, v) => c with { InChannels = v.Whole() }),
        new("layers_per_block", c => c.LayersPerBlock, (c, v) => c with { LayersPerBlock = v.Whole() }),
        new("mid_block_scale_factor", c => AsInt(c.MidBlockScaleFactor) ?? (object)c.MidBlockScaleFactor,
            (c, v) => c with { MidBlockScaleFactor = v.Number() }),
        new("mid_block_type", c => c.MidBlockType, (c, v) => c with { MidBlockType = v.TextOrNull() }),
        new("norm_eps", c => c.NormEps, (c, v) => c with { NormEps = v.Number() }),
        new("norm_num_groups", c => c.NormNumGroups, (c, v) => c with { NormNumGroups = v.Whole() }),
        new("num_class_embeds", c => c.NumClassEmbeds, (c, v) => c with { NumClassEmbeds = v.WholeOrNull() }),
        new("num_train_timesteps", c => c.NumTrainTimesteps, (c, v) => c with { NumTrainTimesteps = v.WholeOrNull() }),
        new("out_channels", c => c.OutChannels, (c, v) => c with { OutChannels = v.Whole() }),
        new("resnet_time_scale_shift", c => c.ResnetTimeScaleShift, (c, v) => c with { ResnetTimeScaleShift = v.Text() }),
        new("sample_size", c => SizeOf(c.SampleSize), (c, v) => c with { SampleSize = v.Size() }),
        new("time_embedding_dim", c => c.TimeEmbeddingDim, (c, v) => c with { TimeEmbeddingDim = v.WholeOrNull() }),
        new("time_embedding_type", _ => "positional", (c, v) => v.Only("positional", c)),
        new("up_block_types", c => c.UpBlockTypes, (c, v) => c with { UpBlockTypes = v.Texts() }),
        new("upsample_type", c => c.UpsampleType, (c, v) => c with { UpsampleType = v.TextOrNull() ?? UNetConfig.Conv }),
        new(NullClassKey, c => c.NullClass, (c, v) => c with { NullClass = v.WholeOrNull() }),
    ];

    static readonly Dictionary<string, Option> byKey = options.ToDictionary(option => option.Key);

    // Book-keeping of EMAModel.save_pretrained, which says nothing of the network.
    static readonly HashSet<string> notes =
        ["decay", "inv_gamma", "power", "min_decay", "optimization_step", "update_after_step", "use_ema_warmup"];

    /// <summary>Reads a config.json of diffusers' UNet2DModel.</summary>
    /// <remarks>
    /// Keys beginning with <c>_</c> are notes and ignored, but <c>_null_class</c>; an absent key takes UNet2DModel's default; a key that is
    /// not known is accepted where it is null or false, which switches nothing on.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A value is not supported; the sentence names file, key and value.</exception>
    public static UNetConfig Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}: a model is a folder with config.json and weights.", path);
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                FileKind.Said(path, isJson: true) is { } said ? $"{path}: {said}." : $"{path} is not valid JSON (line "
                    + $"{error.LineNumber + 1}).", error);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}.", error);
        }
    }

    /// <summary>The same from the text of a config.json.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidDataException">A value is not supported.</exception>
    internal static UNetConfig Parse(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("expected a JSON object");
        var config = new UNetConfig();
        foreach (JsonProperty said in document.RootElement.EnumerateObject())
        {
            var value = new JsonOption(said.Name, said.Value);
            if (byKey.TryGetValue(said.Name, out Option? option)) config = option.Read(config, value);
            else if (!said.Name.StartsWith('_') && !notes.Contains(said.Name)) value.RequireOff();
        }
        return config.Problem() is { } problem ? throw new InvalidDataException(problem) : config;
    }

    /// <summary>
    /// Writes the config.json that diffusers' save_pretrained writes for this network: every option, sorted, so that from_pretrained loads
    /// it without a warning.
    /// </summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="path">The file; it is there whole or not at all.</param>
    public static void Write(this UNetConfig config, string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(config.ToJson());
        AtomicFile.Write(path, stream => stream.Write(text));
    }

    /// <summary>The text that <see cref="Write"/> writes.</summary>
    /// <param name="config">The network's shape.</param>
    public static string ToJson(this UNetConfig config)
    {
        var values = new SortedDictionary<string,
            object?>(options.ToDictionary(option => option.Key, option => option.Written(config)), StringComparer.Ordinal)
        {
            ["_class_name"] = "UNet2DModel",
            ["_diffusers_version"] = ModelFiles.DiffusersVersion,
        };
        if (config.NullClass is null) values.Remove(NullClassKey);      // the workbook's own key: only where it says something
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            foreach (var (key, value) in values)
            {
                json.WritePropertyName(key);
                if (value is double number) json.WriteRawValue(PythonFloat(number));
                else JsonSerializer.Serialize(json, value);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    // One number for a square image, as UNet2DModel takes it, else both sides.
    static object? SizeOf(ImageSize? size) => size is not { } s ? null : s.Height == s.Width ? s.Height : new[] { s.Height, s.Width };

    // A whole number stays one, as in the configs that Python writes.
    static int? AsInt(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e9 ? (int)value : null;

    // 1E-06 and 0 in C# are 1e-06 and 0.0 in Python.
    static string PythonFloat(double value)
    {
        string text = value.ToString("R").Replace('E', 'e');
        return text.Contains('.') || text.Contains('e') ? text : text + ".0";
    }
}
