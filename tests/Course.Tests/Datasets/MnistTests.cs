using System.IO.Compression;
using Course.Datasets;
using Diffusion.Devices;
using Shared.Tensors;
using static TorchSharp.torch;

namespace Course.Tests.Datasets;

public sealed class MnistTests : IDisposable
{
    readonly Golden.Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Both_parts_have_the_shape_range_and_class_counts_that_are_published()
    {
        using Mnist train = Mnist.Load(), test = Mnist.Load(MnistSplit.Test);
        Assert.Equal([60_000L, 1, 28, 28], train.Images.shape);
        Assert.Equal([10_000L, 1, 28, 28], test.Images.shape);
        Assert.Equal((-1f, 1f), (train.Images.min().item<float>(), train.Images.max().item<float>()));
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], test.Labels.bincount(null, 0).ToDoubles());
        // The mean grey level 0.1307 of the training set is quoted in every MNIST example; here it is scaled to [−1, 1].
        Assert.Equal(2 * 0.1307 - 1, train.Images.to(ScalarType.Float64).mean().item<double>(), 1e-4);
    }

    [Fact]
    public void Digits_are_found_by_their_label()
    {
        using Mnist test = Mnist.Load(MnistSplit.Test);
        using Tensor sevens = test.OfDigit(7, 3);
        Assert.Equal([3L, 1, 28, 28], sevens.shape);
        Assert.True(sevens[0].equal(test.Images[0]).all().item<bool>()); // the first digit of the test set is a 7
        Assert.Throws<ArgumentOutOfRangeException>(() => test.OfDigit(10));
        Assert.Contains("only 892", Assert.Throws<ArgumentOutOfRangeException>(() => test.OfDigit(5, 893)).Message);
    }

    [Fact]
    public void A_truncated_file_is_named_with_the_remedy()
    {
        CopyOriginals();
        string images = scratch["t10k-images-idx3-ubyte.gz"];
        File.WriteAllBytes(images, File.ReadAllBytes(images)[..100_000]);
        Refused("t10k-images-idx3-ubyte.gz");
    }

    [Fact]
    public void Something_that_is_not_gzip_is_named_with_the_remedy()
    {
        CopyOriginals();
        File.WriteAllText(scratch["t10k-labels-idx1-ubyte.gz"], "<html>not found</html>");
        Refused("t10k-labels-idx1-ubyte.gz is not a whole gzip file");
    }

    [Fact]
    public void One_changed_label_is_noticed()
    {
        CopyOriginals();
        Rewrite("t10k-labels-idx1-ubyte.gz", bytes => bytes[^1] ^= 1);
        Refused("SHA-256");
    }

    [Fact]
    public void Another_magic_number_is_noticed()
    {
        CopyOriginals();
        Rewrite("t10k-labels-idx1-ubyte.gz", bytes => bytes[2] = 0x0d);
        Refused("does not begin as an idx file");
    }

    [Fact]
    public void Another_shape_is_noticed()
    {
        CopyOriginals();
        Rewrite("t10k-images-idx3-ubyte.gz", bytes => bytes[15] = 29);
        Refused("10000×28×29");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains("train-images-idx3-ubyte.gz is missing", Assert.Throws<FileNotFoundException>(() => Mnist.Load(MnistSplit.Train, scratch.Folder)).Message);
    }

    void Refused(string because)
    {
        string message = Assert.Throws<InvalidDataException>(() => Mnist.Load(MnistSplit.Test, scratch.Folder)).Message;
        Assert.Contains(because, message);
        Assert.Contains("git checkout -- data/mnist", message);
        Assert.DoesNotContain('\n', message);
    }

    void CopyOriginals()
    {
        foreach (string file in Directory.GetFiles(DataFolder.Find("mnist"), "t10k-*.gz")) File.Copy(file, scratch[Path.GetFileName(file)]);
    }

    void Rewrite(string name, Action<byte[]> change)
    {
        string file = scratch[name];
        using var unpacked = new MemoryStream();
        using (var from = new GZipStream(File.OpenRead(file), CompressionMode.Decompress)) from.CopyTo(unpacked);
        byte[] bytes = unpacked.ToArray();
        change(bytes);
        using var to = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        to.Write(bytes);
    }
}
