using System.Buffers.Binary;
using Notebooks.Scripting;

namespace Notebooks.Tests.Scripting;

public class PngHeaderTests
{
    static byte[] Chunk(string name, params byte[] data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        System.Text.Encoding.ASCII.GetBytes(name).CopyTo(chunk, 4);
        data.CopyTo(chunk, 8);
        return chunk;
    }

    static byte[] Numbers(params int[] numbers) => [.. numbers.SelectMany(number => new[] { (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number })];

    static byte[] Density(int x, int y, byte unit) => Chunk("pHYs", [.. Numbers(x, y), unit]);

    static string Png(params byte[][] chunks) => Convert.ToBase64String([0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", [.. Numbers(600, 400), 8, 3, 0, 0, 0]), .. chunks.SelectMany(c => c)]);

    [Theory]
    [InlineData(7559, 1, 300, 200)]         // 192 pixels an inch: two a CSS px
    [InlineData(11339, 1, 200, 133)]        // three
    [InlineData(3780, 1, null, null)]       // 96: nothing to say
    [InlineData(2835, 1, null, null)]       // 72, as many programs write without meaning it
    [InlineData(7559, 0, null, null)]       // a ratio, not a density
    [InlineData(0, 1, null, null)]
    [InlineData(-1, 1, null, null)]               // absurdly many
    public void A_picture_says_how_large_it_means_to_be(int perMetre, byte unit, int? width, int? height)
    {
        var size = PngHeader.SizeInCss(Png(Chunk("PLTE", new byte[192]), Density(perMetre, perMetre, unit), Chunk("IDAT", new byte[400])));
        Assert.Equal((width, height), (size?.Width, size?.Height));
    }

    [Fact]
    public void What_is_no_picture_or_is_cut_off_says_nothing()
    {
        string whole = Png(Density(7559, 7559, 1));
        for (int length = 0; length < whole.Length - 8; length++) Assert.Null(PngHeader.SizeInCss(whole[..length]));
        Assert.Null(PngHeader.SizeInCss(Convert.ToBase64String("GIF89a, and then some more bytes that are no chunks"u8)));
        Assert.Null(PngHeader.SizeInCss("no base64 at all!"));
        Assert.Null(PngHeader.SizeInCss(Png(Numbers(int.MaxValue, 0, 0, 0, 0))));
        Assert.Null(PngHeader.SizeInCss(Png(Chunk("IDAT", new byte[40]), Density(7559, 7559, 1)))); // behind the pixels it counts nothing
    }
}
