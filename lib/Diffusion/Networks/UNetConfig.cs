namespace Diffusion.Networks;

/// <summary>
/// The shape of a <see cref="UNet"/>: the options of diffusers' UNet2DModel under their own names and defaults, so that a config.json from
/// there means the same here. Options not listed have one supported value, their default.
/// </summary>
public sealed partial record UNetConfig
{
    /// <summary><c>sample_size</c>: the images the network is made for; it runs on others too. A number or none.</summary>
    public ImageSize? SampleSize { get; init; }

    /// <summary><c>in_channels</c>: channels of x_t; 1 for grey, 3 for colour.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary><c>out_channels</c>: channels of the predicted noise.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary><c>center_input_sample</c>: whether the input comes in [0, 1] and is brought to [−1, 1] first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary><c>time_embedding_dim</c>: length of the time embedding; none means four times the first width.</summary>
    public int? TimeEmbeddingDim { get; init; }

    /// <summary><c>freq_shift</c>: frequency i of n is 10000^(−i/(n − shift)); 1 makes the lowest exactly 1/10000, as in Ho et
    /// al.</summary>
    public double FreqShift { get; init; }

    /// <summary><c>flip_sin_to_cos</c>: whether the cosines come first in the sinusoid.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary><c>down_block_types</c>: a level each on the way down, <see cref="DownBlock"/> or <see cref="AttnDownBlock"/>.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = [DownBlock, AttnDownBlock, AttnDownBlock, AttnDownBlock];

    /// <summary><c>up_block_types</c>: a level each on the way up, from the smallest image, <see cref="UpBlock"/> or <see
    /// cref="AttnUpBlock"/>.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = [AttnUpBlock, AttnUpBlock, AttnUpBlock, UpBlock];

    /// <summary><c>block_out_channels</c>: the width of each level. Every level but the last halves height and width.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [224, 448, 672, 896];

    /// <summary><c>layers_per_block</c>: residual blocks a level on the way down; on the way up there is one more.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary><c>mid_block_scale_factor</c>: what the middle's residual sums are divided by.</summary>
    public double MidBlockScaleFactor { get; init; } = 1;

    /// <summary><c>downsample_padding</c>: 1 pads both sides, 0 only right and below (as the 2020 checkpoints do).</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary><c>downsample_type</c>: how levels with attention are halved, <see cref="Conv"/> or <see cref="Resnet"/>.</summary>
    public string DownsampleType { get; init; } = Conv;

    /// <summary><c>upsample_type</c>: how levels with attention are doubled, <see cref="Conv"/> or <see cref="Resnet"/>.</summary>
    public string UpsampleType { get; init; } = Conv;

    /// <summary><c>dropout</c>: the share of numbers that each residual block forgets while it is trained, 0 to 1.</summary>
    public double Dropout { get; init; }

    /// <summary><c>act_fn</c>: the non-linearity of the residual blocks, <c>silu</c> (also called <c>swish</c>), <c>gelu</c> or
    /// <c>mish</c>.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary><c>attention_head_dim</c>: channels of one attention head; none means one head over all channels.</summary>
    public int? AttentionHeadDim { get; init; } = 8;

    /// <summary><c>norm_num_groups</c>: groups of each group norm; must divide every width.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>
    /// <c>attn_norm_num_groups</c>: groups of the norm in the middle's attention; none means <see cref="NormNumGroups"/>, or no norm with
    /// <see cref="ScaleShift"/>.
    /// </summary>
    public int? AttnNormNumGroups { get; init; }

    /// <summary><c>norm_eps</c>: what group norm adds to the variance.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>
    /// <c>resnet_time_scale_shift</c>: whether the time shifts a residual block's numbers (<c>default</c>) or scales them too
    /// (<see cref="ScaleShift"/>).
    /// </summary>
    public string ResnetTimeScaleShift { get; init; } = "default";

    /// <summary><c>mid_block_type</c>: <c>UNetMidBlock2D</c>, or none for no middle.</summary>
    public string? MidBlockType { get; init; } = MidBlock;

    /// <summary>
    /// <c>class_embed_type</c>: how a class becomes a vector: none, by a table (see <see cref="NumClassEmbeds"/>); <see
    /// cref="TimestepClasses"/>, as a time does; <see cref="IdentityClasses"/>, the labels are the vectors, (B, length of the time
    /// embedding).
    /// </summary>
    public string? ClassEmbedType { get; init; }

    /// <summary><c>num_class_embeds</c>: how many classes the network can be told to draw; none for a network without.</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>
    /// <c>_null_class</c>: the class that stands for "any", the last of <see cref="NumClassEmbeds"/>; none for a network that must be told
    /// one. See
    /// <see cref="WithClasses"/>.
    /// </summary>
    /// <remarks>A key of the workbook's own: diffusers passes over keys that begin with _, without a warning, and keeps them when it saves
    /// the model.</remarks>
    public int? NullClass { get; init; }

    /// <summary><c>num_train_timesteps</c>: a note, which only learned time embeddings use.</summary>
    public int? NumTrainTimesteps { get; init; }

    /// <summary><c>add_attention</c>: whether the middle has attention.</summary>
    public bool AddAttention { get; init; } = true;

    /// <summary>A level of residual blocks on the way down.</summary>
    public const string DownBlock = "DownBlock2D";

    /// <summary>The same with attention after each residual block.</summary>
    public const string AttnDownBlock = "AttnDownBlock2D";

    /// <summary>A level on the way down that a residual block halves.</summary>
    public const string ResnetDownBlock = "ResnetDownsampleBlock2D";

    /// <summary>A level of residual blocks on the way up.</summary>
    public const string UpBlock = "UpBlock2D";

    /// <summary>The same with attention after each residual block.</summary>
    public const string AttnUpBlock = "AttnUpBlock2D";

    /// <summary>A level on the way up that a residual block doubles.</summary>
    public const string ResnetUpBlock = "ResnetUpsampleBlock2D";

    /// <summary>The values of <see cref="DownsampleType"/> and <see cref="UpsampleType"/>.</summary>
    public const string Conv = "conv", Resnet = "resnet";

    /// <summary>The other value of <see cref="ResnetTimeScaleShift"/>.</summary>
    public const string ScaleShift = "scale_shift";

    /// <summary>The value of <see cref="MidBlockType"/>.</summary>
    public const string MidBlock = "UNetMidBlock2D";

    /// <summary>The values of <see cref="ClassEmbedType"/>.</summary>
    public const string TimestepClasses = "timestep", IdentityClasses = "identity";

    /// <summary>How many classes there are, numbered from 0, the null class among them; null where there are none or where any number will
    /// do.</summary>
    public int? Classes => ClassEmbedType is null ? NumClassEmbeds : null;

    /// <summary>
    /// The same network told what to draw: so many classes and a null class after them, which takes a label's place where it is dropped (Ho
    /// &amp; Salimans 2022, algorithm 1). Ten digits make 11 of <c>num_class_embeds</c>, and class 10 is any digit.
    /// </summary>
    /// <param name="classes">How many, at least 1.</param>
    public UNetConfig WithClasses(int classes) => this with { NumClassEmbeds = classes + 1, NullClass = classes };

    /// <summary>Number of levels, each but the last half the size of the one before.</summary>
    public int Levels => BlockOutChannels.Count;

    /// <summary>Height and width must be multiples of this, 2^(levels−1), or the halves would not fit together again.</summary>
    public int SizeMultiple => 1 << (Levels - 1);

    /// <summary>Length of the time embedding.</summary>
    public int TimeChannels => TimeEmbeddingDim ?? 4 * BlockOutChannels[0];

    /// <summary>Groups of the norm in the middle's attention; null for no norm.</summary>
    internal int? MidAttentionGroups => AttnNormNumGroups ?? (ResnetTimeScaleShift == ScaleShift ? null : NormNumGroups);

    bool HasMidAttention => AddAttention && MidBlockType is not null;

    /// <summary>Refuses a size that cannot be halved at every level.</summary>
    /// <param name="size">Height and width of the images.</param>
    /// <exception cref="ArgumentException">The sentence names the size and the multiple it must be of.</exception>
    public void RequireSize(ImageSize size)
    {
        if (size.Height < 1 || size.Width < 1 || size.Height % SizeMultiple != 0 || size.Width % SizeMultiple != 0)
            throw new ArgumentException($"Images of {size} do not fit this network: with {Levels} levels height and "
                + $"width must be multiples of {SizeMultiple}, so pad or resize them, or take fewer levels.");
    }

    /// <summary>What is wrong with these options, in one sentence that begins with the option's name in config.json; null when nothing
    /// is.</summary>
    public string? Problem()
    {
        if (Levels is < 1 or > 16) return $"block_out_channels has {Levels} entries, expected 1 to 16";
        if (DownBlockTypes.Count != Levels)
            return $"down_block_types has {DownBlockTypes.Count} entries, expected {Levels} as in block_out_channels";
        if (UpBlockTypes.Count != Levels)
            return $"up_block_types has {UpBlockTypes.Count} entries, expected {Levels} as in block_out_channels";
        if (DownBlockTypes.FirstOrDefault(type => type is not (DownBlock or AttnDownBlock or ResnetDownBlock)) is { } down)
            return $"down_block_types has {Quoted(down)}, which is not supported: expected {DownBlock}, "
                + $"{AttnDownBlock} or {ResnetDownBlock}";
        if (UpBlockTypes.FirstOrDefault(type => type is not (UpBlock or AttnUpBlock or ResnetUpBlock)) is { } up)
            return $"up_block_types has {Quoted(up)}, which is not supported: expected {UpBlock}, {AttnUpBlock} or {ResnetUpBlock}";
        if (Foreign("downsample_type", DownsampleType, Conv, Resnet) is { } halving) return halving;
        if (Foreign("upsample_type", UpsampleType, Conv, Resnet) is { } doubling) return doubling;
        if (Foreign("act_fn", ActFn, "silu", "swish", "gelu", "mish") is { } activation) return activation;
        if (Foreign("resnet_time_scale_shift", ResnetTimeScaleShift, "default", ScaleShift) is { } timing) return timing;
        if (MidBlockType is not null && Foreign("mid_block_type", MidBlockType, MidBlock, "null") is { } middle) return middle;
        if (ClassEmbedType is not null
            && Foreign("class_embed_type", ClassEmbedType, TimestepClasses, IdentityClasses, "null") is { } classes) return classes;
        if (OutOf(1, 1 << 24, NumClassEmbeds)) return $"num_class_embeds is {NumClassEmbeds}, expected null or 1 to {1 << 24}";
        if (NullClass is { } any && !(any > 0 && any == Classes - 1))
            return $"_null_class is {any}, expected the last class of at least two: num_class_embeds − 1";
        if (!(Dropout >= 0 && Dropout <= 1)) return $"dropout is {Dropout}, expected a number from 0 to 1";

        if (BlockOutChannels.Any(width => width is < 1 or > 16384))
            return $"block_out_channels is [{string.Join(", ", BlockOutChannels)}], expected widths from 1 to 16384";
        if (OutOf(1, 16384, InChannels)) return $"in_channels is {InChannels}, expected 1 to 16384";
        if (OutOf(1, 16384, OutChannels)) return $"out_channels is {OutChannels}, expected 1 to 16384";
        if (OutOf(1, 64, LayersPerBlock)) return $"layers_per_block is {LayersPerBlock}, expected 1 to 64";
        if (OutOf(1, 65536, TimeEmbeddingDim)) return $"time_embedding_dim is {TimeEmbeddingDim}, expected null or 1 to 65536";
        if (SampleSize is { } size && (size.Height < 1 || size.Width < 1))
            return $"sample_size is {size}, expected at least 1 pixel each way";
        if (DownsamplePadding is not (0 or 1)) return $"downsample_padding is {DownsamplePadding}, which is not supported: expected 0 or 1";
        if (!double.IsFinite(FreqShift) || FreqShift == BlockOutChannels[0] / 2)
            return $"freq_shift is {FreqShift}, expected a number other than half the first width ({BlockOutChannels[0] / 2}), by "
                + "which 0 would be divided";
        if (!double.IsFinite(MidBlockScaleFactor) || MidBlockScaleFactor == 0)
            return $"mid_block_scale_factor is {MidBlockScaleFactor}, expected a number other than 0";
        if (!(NormEps >= 0 && double.IsFinite(NormEps))) return $"norm_eps is {NormEps}, expected a number from 0";
        if (GroupsProblem(BlockOutChannels, NormNumGroups) is { } groups) return $"norm_num_groups is {groups}";
        if (HasMidAttention && AttnNormNumGroups is { } own && GroupsProblem([BlockOutChannels[^1]], own) is { } midGroups)
            return $"attn_norm_num_groups is {midGroups}";
        if (AttentionHeadDim is { } dim && AttentionWidths().FirstOrDefault(width => dim < 1 || dim > width) is > 0 and var narrow)
            return $"attention_head_dim is {dim}, expected null or 1 to {narrow}, the width of a level that has attention";
        return null;
    }

    IEnumerable<int> AttentionWidths() =>
        BlockOutChannels.Where((_, level) => DownBlockTypes[level] == AttnDownBlock || UpBlockTypes[Levels - 1 - level] == AttnUpBlock
            || (HasMidAttention && level == Levels - 1));

    static string? Foreign(string key, string value, params string[] supported) =>
        supported.Contains(value) ? null
            : $"{key} is {Quoted(value)}, which is not supported: expected {string.Join(", ", supported[..^1])} or {supported[^1]}";

    static string Quoted(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text[..60]}…\"";

    static bool OutOf(int least, int most, int? value) => value < least || value > most;

    static string? GroupsProblem(IEnumerable<int> widths, int groups) =>
        widths.FirstOrDefault(width => groups < 1 || width % groups != 0) is > 0 and var width
            ? $"{groups}, which does not divide the width {width} into equal groups" : null;
}
