using Course.Evaluation;
using static TorchSharp.torch;

namespace Course.Tests.Evaluation;

/// <summary>Precision and recall against sets that can be counted by eye, and against a definition written out in float64.</summary>
public class PrecisionRecallTests
{
    static Tensor Row(params double[] places) => tensor(places).reshape(-1, 1);

    [Fact]
    public void Balls_on_a_line_are_counted_by_eye()
    {
        // k = 1: balls [−1, 1], [0, 2], [1, 3] around 0, 1, 2 and [9, 11] and so on around 10, 11, 12
        Tensor real = Row(0, 1, 2, 10, 11, 12), drawn = Row(0.5, 0.6, 2.5, 5);
        // of the drawn ones 5 lies in no ball; balls of the drawn: [0.4, 0.6], [0.5, 0.7], [0.6, 4.4], [2.5, 7.5] hold 1 and 2
        Assert.Equal(new PrecisionRecall(3 / 4.0, 2 / 6.0), PrecisionRecall.Of(real, drawn, k: 1));
    }

    [Fact]
    public void A_set_has_all_of_itself_and_nothing_of_one_far_away()
    {
        Tensor cloud = randn(50, 4, device: CPU, generator: new Generator(3));
        Assert.Equal(new PrecisionRecall(1, 1), PrecisionRecall.Of(cloud, cloud));
        Assert.Equal(new PrecisionRecall(0, 0), PrecisionRecall.Of(cloud, cloud + 100));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_is_the_definition_written_out(int k)
    {
        using var lots = new Generator(7);
        Tensor real = randn(1203, 5, device: CPU, generator: lots), drawn = 0.7 * randn(2100, 5, device: CPU, generator: lots) + 0.2;
        Assert.Equal(new(Inside(drawn, real, k), Inside(real, drawn, k)), PrecisionRecall.Of(real, drawn, k));
    }

    static double Inside(Tensor vectors, Tensor centres, int k)
    {
        float[][] v = Rows(vectors), c = Rows(centres);
        double[] radii = [.. c.Select(one => c.Select(other => Squared(one, other)).Order().ElementAt(k))];
        return v.Count(one => Enumerable.Range(0, c.Length).Any(j => Squared(one, c[j]) <= radii[j])) / (double)v.Length;

        static double Squared(float[] a, float[] b) => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum();
        static float[][] Rows(Tensor all) => [.. all.unbind().Select(row => row.cpu().data<float>().ToArray())];
    }

    [Fact]
    public void Half_of_the_kinds_leaves_precision_and_takes_recall_and_a_blur_takes_precision()
    {
        using var lots = new Generator(11);
        Tensor Kinds(int many) => 8.0 * randint(many, [1000], device: CPU, generator: lots).to(ScalarType.Float32).unsqueeze(1) + randn(1000, 3, device: CPU, generator: lots);
        Tensor real = Kinds(4);
        PrecisionRecall floor = PrecisionRecall.Of(real, Kinds(4)), half = PrecisionRecall.Of(real, Kinds(2)),
            blurred = PrecisionRecall.Of(real, Kinds(4) + 2 * randn(1000, 3, device: CPU, generator: lots));
        Assert.True(floor.Precision > 0.9 && floor.Recall > 0.9, floor.ToString());
        Assert.True(half.Precision > 0.9 && half.Recall < 0.6, half.ToString());
        Assert.True(blurred.Precision < 0.6 && blurred.Recall > 0.9, blurred.ToString());
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_a_sentence()
    {
        Tensor good = rand(5, 2);
        void Refused(Tensor real, Tensor drawn, string says, int k = 3) =>
            Assert.Contains(says, Assert.ThrowsAny<ArgumentException>(() => PrecisionRecall.Of(real, drawn, k)).Message);
        Refused(good, rand(5, 3), "the same number");
        Refused(rand(3, 2), good, "N above k = 3");
        Refused(good, rand(5), "(N, D)");
        Refused(good, ones(5, 2, dtype: ScalarType.Int64), "floating-point");
        Refused(good, good / 0, "no numbers");
        Refused(good, good, "at least 1", k: 0);
    }
}
