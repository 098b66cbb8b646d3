using Figures.Layers;
using ImageMagick;

namespace Figures.Tests;

public class AnimationTests
{
    static Animation Film(int frames = 12) => new("A wave", Enumerable.Range(0, frames).Select(k =>
        new Plot($"t = {k}", "x", "y").Line("wave", Enumerable.Range(0, 60).Select(i => Math.Sin((i + k) / 6.0) * (k + 1)))), milliseconds: 90, hold: 1200);

    [Fact]
    public void A_gif_loops_for_ever_with_all_its_frames_and_holds_the_last()
    {
        byte[] gif = Film().ToGif();
        using var film = new MagickImageCollection(gif);
        Assert.Equal(12, film.Count);
        Assert.Equal((720u, 400u), (film[0].Page.Width == 0 ? film[0].Width : (uint)film[0].Page.Width, film[0].Page.Height == 0 ? film[0].Height : (uint)film[0].Page.Height));
        Assert.All(film.SkipLast(1), frame => Assert.Equal(9u, frame.AnimationDelay));
        Assert.Equal(120u, film[^1].AnimationDelay);
        // NETSCAPE2.0 with a loop count of 0 means for ever.
        int at = gif.AsSpan().IndexOf("NETSCAPE2.0"u8);
        Assert.True(at > 0);
        Assert.Equal(new byte[] { 3, 1, 0, 0, 0 }, gif[(at + 11)..(at + 16)]);
        Assert.True(gif.Length < 250 * 1024, $"{gif.Length} bytes");
    }

    [Fact]
    public void Every_frame_shows_its_own_data()
    {
        using var film = new MagickImageCollection(Film(5).ToGif());
        film.Coalesce();
        var heights = film.Select(frame => new Pixels(frame.ToByteArray(MagickFormat.Png)).Of(Pixels.Blue, 25)).Select(blue => blue.Max(p => p.Y) - blue.Min(p => p.Y)).ToArray();
        for (int i = 1; i < 5; i++) Assert.True(heights[i] > heights[i - 1] + 10, string.Join(", ", heights)); // the wave grows, the axes stand still
    }

    [Fact]
    public void Plots_of_an_animation_share_one_view_and_one_colour_scale()
    {
        var frames = Sequence.Align([new HeatMap("", "x", "y", new double[,] { { 0, 1 } }, (0, 1), (0, 1), "v"), new HeatMap("", "x", "y", new double[,] { { 0, 8 } }, (0, 1), (0, 1), "v")]);
        Assert.All(frames, frame => Assert.Equal((0, 8), ((GridLayer)((Plot)frame).Layers[0]).ColourRange));
        var plots = Film(3).Frames.Cast<Plot>().Select(PlotView.Of).ToArray();
        Assert.Equal(plots[0], plots[2]);
    }

    [Fact]
    public void The_same_film_gives_the_same_bytes() => Assert.Equal(Film(4).ToGif(), Film(4).ToGif());

    [Fact]
    public void Where_nothing_moves_a_film_strip_stands()
    {
        var film = Film();
        var pixels = new Pixels(film.ToPng());
        Assert.Equal(1440, pixels.Width);
        var blue = pixels.Of(Pixels.Blue);
        Assert.True(blue.Count(p => p.X < 720) > 100 && blue.Count(p => p.X > 720) > 100);
        Assert.Contains("data:image/gif;base64,R0lGOD", film.ToHtml());
    }

    [Fact]
    public void Twenty_five_frames_of_eight_noisy_digits_stay_small()
    {
        var random = new Random(1);
        var film = new Animation("Noise", Enumerable.Range(0, 25).Select(k => ImageGrid.Of($"t = {k}", Images.Noise(random, 8, 1, 28, 28), 8)));
        Assert.InRange(film.ToGif().Length, 50 * 1024, 250 * 1024);
    }

    [Fact]
    public void Pictures_are_written_whole_into_the_pictures_folder()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(folder, "deeper", "wave.gif");
        try
        {
            var film = Film(2);
            Assert.Same(film, film.Save(path));
            Assert.Equal(film.ToGif(), File.ReadAllBytes(path));
            film.Frames[0].Save(Path.ChangeExtension(path, ".svg"));
            Assert.Contains("<svg", File.ReadAllText(Path.ChangeExtension(path, ".svg")));
            Assert.DoesNotContain(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), f => f.EndsWith(".part", StringComparison.Ordinal));

            string blocked = Path.Combine(path, "below-a-file.gif");
            var error = Assert.Throws<IOException>(() => film.Save(blocked));
            Assert.StartsWith($"The picture '{blocked}' could not be written:", error.Message);
            Assert.Contains("WORKBOOK_PICTURES", error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
