using System.Text;
using System.Text.Json;

namespace Diffusion;

public sealed partial record UNetConfig
{
    /// <summary>The version of diffusers whose format is written and whose defaults absent keys take.</summary>
    internal const string DiffusersVersion = "0.40.0";

    const string NullClassKey = "_null_class";

    /// <summary>Reads a config.json of diffusers' UNet2DModel.</summary>
    /// <remarks>
    /// Keys beginning with <c>_</c> are notes and ignored, but <c>_null_class</c>; an absent key takes UNet2DModel's default; a key that is not known is accepted where
    /// it is null or false, which switches nothing on.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A value is not supported; the sentence names file, key and value.</exception>
    public static UNetConfig Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}: a model is a folder with config.json and weights.", path);
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(FileKind.Said(path, isJson: true) is { } said ? $"{path}: {said}." : $"{path} is not valid JSON (line {error.LineNumber + 1}).", error);
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
        foreach (JsonProperty option in document.RootElement.EnumerateObject())
            if (!option.Name.StartsWith('_') || option.Name == NullClassKey) config = config.With(option.Name, option.Value);
        return config.Problem() is { } problem ? throw new InvalidDataException(problem) : config;
    }

    UNetConfig With(string key, JsonElement value)
    {
        return key switch
        {
            "sample_size" => this with { SampleSize = Size() },
            "in_channels" => this with { InChannels = Whole() },
            "out_channels" => this with { OutChannels = Whole() },
            "center_input_sample" => this with { CenterInputSample = Flag() },
            "time_embedding_dim" => this with { TimeEmbeddingDim = WholeOrNull() },
            "freq_shift" => this with { FreqShift = Number() },
            "flip_sin_to_cos" => this with { FlipSinToCos = Flag() },
            "down_block_types" => this with { DownBlockTypes = List("texts", JsonValueKind.String, item => item.GetString()!) },
            "up_block_types" => this with { UpBlockTypes = List("texts", JsonValueKind.String, item => item.GetString()!) },
            "block_out_channels" => this with { BlockOutChannels = List("whole numbers", JsonValueKind.Number, AsWhole) },
            "layers_per_block" => this with { LayersPerBlock = Whole() },
            "mid_block_scale_factor" => this with { MidBlockScaleFactor = Number() },
            "downsample_padding" => this with { DownsamplePadding = Whole() },
            "attention_head_dim" => this with { AttentionHeadDim = WholeOrNull() },
            "norm_num_groups" => this with { NormNumGroups = Whole() },
            "attn_norm_num_groups" => this with { AttnNormNumGroups = WholeOrNull() },
            "norm_eps" => this with { NormEps = Number() },
            "add_attention" => this with { AddAttention = Flag() },

            "downsample_type" => this with { DownsampleType = TextOrNull() ?? Conv },
            "upsample_type" => this with { UpsampleType = TextOrNull() ?? Conv },
            "dropout" => this with { Dropout = Number() },
            "resnet_time_scale_shift" => this with { ResnetTimeScaleShift = Text() },
            "mid_block_type" => this with { MidBlockType = TextOrNull() },
            "class_embed_type" => this with { ClassEmbedType = TextOrNull() },
            "num_class_embeds" => this with { NumClassEmbeds = WholeOrNull() },
            NullClassKey => this with { NullClass = WholeOrNull() },
            "num_train_timesteps" => this with { NumTrainTimesteps = WholeOrNull() },
            "act_fn" => this with { ActFn = Text() },
            "time_embedding_type" => Only(IsText(value, "positional"), "\"positional\""),

            // Book-keeping of EMAModel.save_pretrained, which says nothing of the network.
            "decay" or "inv_gamma" or "power" or "min_decay" or "optimization_step" or "update_after_step" or "use_ema_warmup" => this,

            _ => Only(IsNull() || value.ValueKind == JsonValueKind.False, "this option to be absent, null or false"),
        };

        bool IsNull() => value.ValueKind == JsonValueKind.Null;
        UNetConfig Only(bool holds, string expected) => holds ? this : throw Unsupported(expected);
        bool Flag() => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Unsupported("true or false");
        double Number() => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Unsupported("a number");
        string Text() => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Unsupported("a text");
        string? TextOrNull() => IsNull() ? null : Text();
        int Whole() => AsWhole(value);
        int? WholeOrNull() => IsNull() ? null : AsWhole(value);
        int AsWhole(JsonElement item) =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int whole) ? whole : throw Unsupported("whole numbers");
        T[] List<T>(string of, JsonValueKind kind, Func<JsonElement, T> read) =>
            value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == kind)
                ? [.. value.EnumerateArray().Select(read)]
                : throw Unsupported($"a list of {of}");
        ImageSize? Size() => value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array when value.GetArrayLength() == 2 => new(AsWhole(value[0]), AsWhole(value[1])),
            _ => AsWhole(value),
        };
        InvalidDataException Unsupported(string expected) => new($"{key} is {Quoted(value)}, which is not supported: expected {expected}");
    }

    static bool IsText(JsonElement value, string wanted) => value.ValueKind == JsonValueKind.String && value.ValueEquals(wanted);

    static string Quoted(JsonElement value) => Shortened(value.GetRawText());

    static string Quoted(string text) => Shortened($"\"{text}\"");

    static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>
    /// Writes the config.json that diffusers' save_pretrained writes for this network: every option, sorted, so that from_pretrained loads it
    /// without a warning.
    /// </summary>
    /// <param name="path">The file; it is there whole or not at all.</param>
    public void Write(string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(ToJson());
        AtomicFile.Write(path, stream => stream.Write(text));
    }

    internal string ToJson()
    {
        var options = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["_class_name"] = "UNet2DModel",
            ["_diffusers_version"] = DiffusersVersion,
            ["act_fn"] = ActFn,
            ["add_attention"] = AddAttention,
            ["attention_head_dim"] = AttentionHeadDim,
            ["attn_norm_num_groups"] = AttnNormNumGroups,
            ["block_out_channels"] = BlockOutChannels,
            ["center_input_sample"] = CenterInputSample,
            ["class_embed_type"] = ClassEmbedType,
            ["down_block_types"] = DownBlockTypes,
            ["downsample_padding"] = DownsamplePadding,
            ["downsample_type"] = DownsampleType,
            ["dropout"] = Dropout,
            ["flip_sin_to_cos"] = FlipSinToCos,
            ["freq_shift"] = AsInt(FreqShift) ?? (object)FreqShift,
            ["in_channels"] = InChannels,
            ["layers_per_block"] = LayersPerBlock,
            ["mid_block_scale_factor"] = AsInt(MidBlockScaleFactor) ?? (object)MidBlockScaleFactor,
            ["mid_block_type"] = MidBlockType,
            ["norm_eps"] = NormEps,
            ["norm_num_groups"] = NormNumGroups,
            ["num_class_embeds"] = NumClassEmbeds,
            ["num_train_timesteps"] = NumTrainTimesteps,
            ["out_channels"] = OutChannels,
            ["resnet_time_scale_shift"] = ResnetTimeScaleShift,
            ["sample_size"] = SampleSize is not { } size ? null : size.Height == size.Width ? size.Height : new[] { size.Height, size.Width },
            ["time_embedding_dim"] = TimeEmbeddingDim,
            ["time_embedding_type"] = "positional",
            ["up_block_types"] = UpBlockTypes,
            ["upsample_type"] = UpsampleType,
        };
        if (NullClass is { } any) options[NullClassKey] = any;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            foreach (var (key, value) in options)
            {
                json.WritePropertyName(key);
                if (value is double number) json.WriteRawValue(PythonFloat(number));
                else JsonSerializer.Serialize(json, value);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    // A whole number stays one, as in the configs that Python writes.
    static int? AsInt(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e9 ? (int)value : null;

    // 1E-06 and 0 in C# are 1e-06 and 0.0 in Python.
    static string PythonFloat(double value)
    {
        string text = value.ToString("R").Replace('E', 'e');
        return text.Contains('.') || text.Contains('e') ? text : text + ".0";
    }
}
