using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Figures.Display;
using Figures.Drawing;
using SkiaSharp;

namespace Figures;

/// <summary>
/// Figures shown one after the other, over and over: a GIF where it can move, a film strip of a few frames where it cannot (print, PNG).
/// Plots among the frames share one view and one colour scale, so that only the data moves.
/// </summary>
[TypeFormatterSource(typeof(RepresentationSource), PreferredMimeTypes = [MimeType.Markdown, MimeType.Png, MimeType.Plain])]
public sealed record Animation : Figure
{
    static readonly ConditionalWeakTable<Animation, byte[]> encoded = [];

    /// <summary>
    /// An animation. Plots are drawn at the animation's size, 720 × 400 px (420 × 420 with equal axes) unless set with
    /// <c>with { Width = …, Height = … }</c>; grids of images have their own size. A cell's output should stay below 250 KB: 40 frames of a
    /// plot, or 200 noisy digits over all frames (25 frames of 8).
    /// </summary>
    /// <param name="title">The title, for the film strip and the alt text; in the GIF each frame shows its own.</param>
    /// <param name="frames">At least one figure; all of one kind.</param>
    /// <param name="milliseconds">How long a frame stands (a multiple of 10, at least 20: browsers play nothing faster).</param>
    /// <param name="hold">How long the last frame stands, in milliseconds.</param>
    public Animation(string title, IEnumerable<Figure> frames, int milliseconds = 80, int hold = 1500) : base(title)
    {
        ArgumentNullException.ThrowIfNull(frames);
        Frames = Small(Sequence.Align(frames));
        if (Frames.IsEmpty) throw new ArgumentException($"Animation '{title}' has no frames, expected at least one figure.");
        if (milliseconds < 20)
            throw new ArgumentOutOfRangeException(nameof(milliseconds),
                $"Animation '{title}': milliseconds is {milliseconds}, expected 20 or more.");
        if (hold < 20) throw new ArgumentOutOfRangeException(nameof(hold), $"Animation '{title}': hold is {hold}, expected 20 or more.");
        (Milliseconds, Hold) = (milliseconds, hold);
        (Width, Height) = Frames[0] is Plot { IsEqual: var isEqual } ? isEqual ? (420, 420) : (720, 400)
            : (Frames[0].Width, Frames[0].Height);
    }

    internal ImmutableArray<Figure> Frames { get; init; }
    internal int Milliseconds { get; init; }
    internal int Hold { get; init; }

    /// <summary>The animation as a GIF that loops for ever, <c>Width × Height</c> pixels.</summary>
    public byte[] ToGif() => encoded.GetValue(this, animation => Picture.Gif(animation.Width, animation.Height,
        animation.Frames.Select<Figure, Action<SKCanvas>>((_, i) => animation.Frame(i).DrawCard),
            animation.GifColours, animation.Milliseconds,
            animation.Hold));

    /// <summary>The moving GIF.</summary>
    public override string ToHtml() => Html.Image(ToGif(), "image/gif", Alt, Width, Height);

    // Markdown, since a workspace that is not trusted shows no HTML; and few front ends know image/gif.
    private protected override bool WriteAs(string mimeType, TextWriter writer)
    {
        if (mimeType != MimeType.Markdown) return base.WriteAs(mimeType, writer);
        writer.Write($"![{MathText.Plain(Alt)}](data:image/gif;base64,{Convert.ToBase64String(ToGif())})");
        return true;
    }

    /// <summary>A film strip of up to six frames.</summary>
    public override byte[] ToPng() => Strip().ToPng();

    /// <summary>A film strip of up to six frames.</summary>
    public override string ToSvg() => Strip().ToSvg();

    internal override void Draw(SKCanvas canvas) => Frame(Frames.Length - 1).Draw(canvas);

    // Kilobytes that an image of 28 × 28 noisy pixels takes in a frame, by its scale in px a pixel (measured): the largest that keeps
    // the film below 240 KB is taken, down to 2.
    static readonly double[] cost = [0, 0.45, 1.2, 2, 3];

    static ImmutableArray<Figure> Small(ImmutableArray<Figure> frames)
    {
        if (frames.IsEmpty || !frames.All(frame => frame is ImageGrid)) return frames;
        double pixels = frames.Cast<ImageGrid>().Sum(grid => grid.Tiles.Sum(tile => tile.Width * tile.Height)) / 784.0;
        int scale = Enumerable.Range(2, 3).LastOrDefault(s => pixels * cost[s] <= 240, 2);
        return [.. frames.Select(frame => ((ImageGrid)frame).AtMost(scale))];
    }

    // Noise does not compress: every level of grey costs, and 16 of them are enough for digits that move.
    int GifColours => Frames[0] switch { ImageGrid { Colours: > 0 } => 16, { Colours: 0 } => 256, _ => 64 };

    Figure Frame(int i) => Frames[i] is ImageGrid ? Frames[i] : Frames[i] with { Width = Width, Height = Height };

    FilmStrip Strip() => new(Title, [.. FilmStrip.Choose(Frames.Length, Frame(0)).Select(Frame)]);

    private protected override byte[] Encode(string extension, string name) => extension == ".gif" ? ToGif() : base.Encode(extension, name);

    internal override int Colours => Frames[0].Colours;

    private protected override string Describe() => $"Animation of {Frames.Length} frames. {Title}: {Frames[0].Alt}";
}
