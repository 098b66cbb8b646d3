using Figures.Colours;
using SkiaSharp;

namespace Figures.Tests;

/// <summary>Figures can be read on a light page and on a dark one, and by eyes that tell few colours apart (contrast as WCAG 2.1 defines it).</summary>
public class ContrastTests
{
    /// <summary>The pages of VS Code's and Jupyter's light and dark themes.</summary>
    static readonly SKColor[] pages = [new(255, 255, 255), new(248, 248, 248), new(31, 31, 31), new(17, 17, 17), new(30, 30, 30)];

    static double Linear(byte value) => value <= 10 ? value / 255.0 / 12.92 : Math.Pow(((value / 255.0) + 0.055) / 1.055, 2.4);

    static double Luminance(SKColor colour) => (0.2126 * Linear(colour.Red)) + (0.7152 * Linear(colour.Green)) + (0.0722 * Linear(colour.Blue));

    static double Contrast(SKColor a, SKColor b)
    {
        double x = Luminance(a) + 0.05, y = Luminance(b) + 0.05;
        return Math.Max(x, y) / Math.Min(x, y);
    }

    [Fact]
    public void The_measure_is_that_of_the_standard()
    {
        Assert.Equal(21, Contrast(SKColors.Black, SKColors.White), 6);
        Assert.Equal(4.48, Contrast(new(0x77, 0x77, 0x77), SKColors.White), 2); // the best known near miss
    }

    [Fact]
    public void Text_has_a_contrast_of_4_5_to_the_paper() =>
        Assert.All([Palette.Text, Palette.Faint], colour => Assert.True(Contrast(colour, Palette.Paper) >= 4.5, $"{colour}"));

    [Fact]
    public void Lines_have_a_contrast_of_3_to_the_paper() =>
        Assert.All([.. Palette.Series, Palette.Frame, Palette.Faint, Palette.Context], colour => Assert.True(Contrast(colour, Palette.Paper) >= 3, $"{colour} has {Contrast(colour, Palette.Paper):0.00}"));

    public static TheoryData<string> Kinds => ["plot", "heat map", "grid", "panels", "diagram", "film strip"];

    /// <summary>The paper is opaque, so that what is on it keeps its contrast whatever the page; its edge is seen on every page.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_picture_is_an_opaque_card_with_an_edge_on_every_page(string kind)
    {
        Plot plot = new Plot("A line", "x", "y").Line("a", [0, 1], [0, 1]);
        Figure figure = kind switch
        {
            "plot" => plot,
            "heat map" => new HeatMap("m", "x", "y", new double[,] { { 1, 2 }, { 3, 4 } }, (0, 1), (0, 1), "v"),
            "grid" => ImageGrid.Of("digits", Images.Flat(2, 1, 8, 8, 0)),
            "panels" => new Panels("both", 2, plot, plot),
            "diagram" => new Diagram("d").Box("a", "a", 0, 0).Box("b", "b", 1, 0).Arrow("a", "b"),
            _ => new Animation("film", [plot, plot]),
        };
        AssertCard(SKBitmap.Decode(figure.ToPng()));
        if (figure is Animation film) AssertCard(SKBitmap.Decode(film.ToGif()));
    }

    static void AssertCard(SKBitmap picture)
    {
        using (picture)
        {
            Assert.All(picture.Pixels, pixel => Assert.Equal(255, pixel.Alpha));
            int right = picture.Width - 1, foot = picture.Height - 1;
            SKColor[] edge = [.. Enumerable.Range(0, picture.Width).SelectMany(x => new[] { picture.GetPixel(x, 0), picture.GetPixel(x, foot) }),
                .. Enumerable.Range(0, picture.Height).SelectMany(y => new[] { picture.GetPixel(0, y), picture.GetPixel(right, y) })];
            Assert.All(edge.Distinct(), pixel => Assert.All(pages, page => Assert.True(Contrast(pixel, page) >= 3, $"{pixel} on {page}")));
        }
    }

    /// <summary>Any two series stay apart for normal eyes and for the three kinds of colour blindness (Machado, Oliveira &amp; Fernandes 2009, severity 1).</summary>
    [Fact]
    public void Colour_blind_readers_tell_the_series_apart()
    {
        double[][,] eyes =
        [
            new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
            new double[,] { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 }, { -0.003882, -0.048116, 1.051998 } },
            new double[,] { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 }, { -0.011820, 0.042940, 0.968881 } },
            new double[,] { { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 }, { 0.004733, 0.691367, 0.303900 } },
        ];
        // 0.06 in OkLab is three times what is just seen side by side (0.02, Ottosson 2020); Okabe and Ito's own palette has 0.076.
        foreach (double[,] eye in eyes)
            for (int i = 0; i < Palette.Series.Length; i++)
                for (int j = 0; j < i; j++)
                    Assert.True(Distance(Palette.Series[i], Palette.Series[j], eye) >= 0.06, $"{Palette.Series[i]} and {Palette.Series[j]}");
    }

    static double Distance(SKColor a, SKColor b, double[,] eye) => Math.Sqrt(Lab(a, eye).Zip(Lab(b, eye), (x, y) => (x - y) * (x - y)).Sum());

    static double[] Lab(SKColor colour, double[,] eye)
    {
        double[] light = [Linear(colour.Red), Linear(colour.Green), Linear(colour.Blue)];
        double[] seen = [.. Enumerable.Range(0, 3).Select(i => Math.Clamp(Enumerable.Range(0, 3).Sum(j => eye[i, j] * light[j]), 0, 1))];
        double l = Math.Cbrt((0.4122214708 * seen[0]) + (0.5363325363 * seen[1]) + (0.0514459929 * seen[2]));
        double m = Math.Cbrt((0.2119034982 * seen[0]) + (0.6806995451 * seen[1]) + (0.1073969566 * seen[2]));
        double s = Math.Cbrt((0.0883024619 * seen[0]) + (0.2817188376 * seen[1]) + (0.6299787005 * seen[2]));
        return [(0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s), (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s)];
    }
}
