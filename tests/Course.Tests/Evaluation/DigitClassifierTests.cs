using System.Text.Json;
using Course.Datasets;
using Course.Evaluation;
using Diffusion.Devices;
using Shared.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Course.Tests.Evaluation;

public class DigitClassifierTests
{
    static DigitClassifier New(int? times = null)
    {
        Compute.Seed(1);
        return new DigitClassifier(times);
    }

    static double[] Numbers(DigitClassifier network) => [.. network.parameters().SelectMany(p => p.ToDoubles())];

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    public void What_it_computes_and_its_gradients_agree_with_float64(int? times)
    {
        using var scope = NewDisposeScope();
        using DigitClassifier single = New(times), exact = New(times);
        exact.to(ScalarType.Float64);
        Tensor x = Mnist.Load(MnistSplit.Test).Images[..8];
        Tensor? t = times is null ? null : tensor(new long[] { 0, 1, 10, 100, 300, 500, 900, 1000 });
        Tensor y = single.call(x, t), expected = exact.call(x.to(ScalarType.Float64), t);
        Assert.Equal([8, 10], y.shape);
        Assert.InRange(RelativeError(y, expected), 0, 1e-4);
        y.square().sum().backward();
        expected.square().sum().backward();
        foreach (var ((name, found), right) in single.named_parameters().Zip(exact.parameters()))
            Assert.True(RelativeError(found.grad!, right.grad!) < 1e-3, name);

        static double RelativeError(Tensor found, Tensor right) => ((found.to(ScalarType.Float64) - right).norm() / right.norm()).item<double>();
    }

    [Fact]
    public void Digits_are_read_in_parts_as_all_at_once_and_nothing_is_left_behind()
    {
        using DigitClassifier network = New(1000);
        using Mnist test = Mnist.Load(MnistSplit.Test);
        using Tensor digits = test.Images[..300].clone(), labels = test.Labels[..300].clone();
        using (var scope = NewDisposeScope())
        {
            using DigitReading reading = network.Read(digits, 70);
            Tensor whole = network.call(digits, full([300], 70L, dtype: ScalarType.Int64));
            Assert.InRange((whole - reading.Logits).abs().max().item<float>(), 0, 1e-4);
            Assert.Equal([300, DigitClassifier.FeatureCount], reading.Features.shape);
            Assert.Equal(whole.argmax(1).ToDoubles(), reading.Digits().ToDoubles());
            int right = reading.Digits().ToDoubles().Zip(labels.ToDoubles()).Count(pair => pair.First == pair.Second);
            Assert.Equal(right / 300.0, reading.Accuracy(labels), 1e-12);
            double[] largest = [.. reading.Probabilities().ToDoubles().Chunk(10).Select(row => row.Max())];
            double threshold = largest.Order().ElementAt(100) + 1e-9;
            Assert.Equal(largest.Count(p => p > threshold) / 300.0, reading.ShareSure(threshold), 1e-12);
            Assert.Equal(1, reading.Shares().Sum(), 1e-12);
        }
        GC.Collect();       // what other tests left to the garbage collector must not go while we count
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Settled();
        network.Accuracy(digits, labels, 3);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(500)]
    public void What_is_saved_loads_again_rounded_to_half_precision(int? times)
    {
        using var scratch = new Golden.Scratch();
        using DigitClassifier network = New(times);
        network.Save(scratch["model"]);
        Assert.Equal([DigitClassifier.ConfigFile, DigitClassifier.WeightsFile], Directory.GetFiles(scratch["model"]).Select(Path.GetFileName).Order());
        using DigitClassifier again = DigitClassifier.Load(scratch["model"]);
        Assert.Equal(times, again.Times);
        Assert.Equal(Numbers(network).Select(value => (double)(System.Half)value), Numbers(again));
    }

    [Fact]
    public void A_folder_that_is_no_classifiers_is_refused_in_one_sentence()
    {
        using var scratch = new Golden.Scratch();
        string config = scratch[DigitClassifier.ConfigFile];
        Assert.EndsWith("a classifier is a folder with config.json and model.safetensors.", Assert.Throws<FileNotFoundException>(Load).Message);
        Refused("{", $"{config} is not valid JSON (line 1).");
        foreach (string other in (string[])["[]", "{}", """{"_class_name":"UNet2DModel"}""", """{"_class_name":3}"""])
            Refused(other, $"{config} is no classifier's: expected _class_name to be \"DigitClassifier\".");
        Refused("""{"_class_name":"DigitClassifier","width":3}""", $"{config}: width is not known, expected num_train_timesteps alone.");
        Refused("""{"_class_name":"DigitClassifier","num_train_timesteps":0}""",
            $"{config}: num_train_timesteps is 0, expected a whole number from 1, or null for clean digits.");

        using DigitClassifier network = New(1000);
        network.Save(scratch.Folder);
        string clean = JsonSerializer.Serialize(new { _class_name = nameof(DigitClassifier) });
        File.WriteAllText(config, clean);
        Assert.Contains("holds another network: 14 tensors are unexpected", Assert.Throws<InvalidDataException>(Load).Message);
        File.Delete(scratch[DigitClassifier.WeightsFile]);
        Assert.Contains(DigitClassifier.WeightsFile, Assert.Throws<FileNotFoundException>(Load).Message);

        void Load() => DigitClassifier.Load(scratch.Folder).Dispose();

        void Refused(string text, string sentence)
        {
            File.WriteAllText(config, text);
            Assert.Equal(sentence, Assert.Throws<InvalidDataException>(Load).Message);
        }
    }

    [Fact]
    public void What_cannot_be_read_is_refused_in_one_sentence()
    {
        using DigitClassifier clean = New(), noisy = New(100);
        using Tensor digits = zeros(2, 1, 28, 28), large = zeros(2, 1, 32, 32), none = zeros(0, 1, 28, 28), one = zeros([], ScalarType.Float32);
        Assert.StartsWith("This classifier reads clean digits, expected no t.", Refused(() => clean.Read(digits, 1)));
        Assert.StartsWith("This classifier is told the time, expected a t from 0 to 100.", Refused(() => noisy.Read(digits)));
        Assert.StartsWith("t is 101, expected 0 to 100.", Assert.Throws<ArgumentOutOfRangeException>(() => noisy.Read(digits, 101)).Message);
        foreach (Tensor x in (Tensor[])[large, none, one])
            Assert.StartsWith($"The images have shape {TensorShape.Format(x.shape)}, expected (N, 1, 28, 28) with N at least 1.", Refused(() => clean.Read(x)));
        using DigitReading reading = clean.Read(digits);
        Assert.StartsWith("The labels have shape (3), expected (2): one for each digit.", Refused(() => reading.Accuracy(zeros(3, ScalarType.Int64))));
        Assert.StartsWith("times is 0, expected at least 1", Assert.Throws<ArgumentOutOfRangeException>(() => new DigitClassifier(0)).Message);

        static string Refused(Func<object> act) => Assert.Throws<ArgumentException>(act).Message;
    }
}
