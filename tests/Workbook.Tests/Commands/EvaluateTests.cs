using System.Text;
using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary><c>workbook evaluate</c> as a user runs it: on samples in a file, on a model that it draws from first, and with what it refuses.</summary>
public sealed class EvaluateTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Run(params string[] arguments) => WorkbookProgram.Run(scratch.Folder, arguments);

    void AssertRefused(int exitCode, string sentence, params string[] arguments)
    {
        WorkbookProgram.Ended ended = Run(["evaluate", .. arguments]);
        Assert.Equal((exitCode, "", sentence + "\n"), (ended.ExitCode, ended.Output, ended.Error));
    }

    /// <summary>A safetensors file with one float32 tensor, every second value as given and the others 0.</summary>
    string TensorOf(string file, string name, int[] shape, float value = 1)
    {
        int count = shape.Aggregate(1, (product, side) => product * side);
        byte[] header = Encoding.UTF8.GetBytes(
            $$$"""{"{{{name}}}":{"dtype":"F32","shape":[{{{string.Join(',', shape)}}}],"data_offsets":[0,{{{4 * count}}}]}}""");
        using FileStream stream = File.Create(scratch[file]);
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(header);
        for (int i = 0; i < count; i++) stream.Write(BitConverter.GetBytes(i % 2 * value));
        return file;
    }

    [Fact]
    public void A_model_is_judged_by_what_sample_draws_from_it_in_plain_lines_and_in_json()
    {
        string[] drawing = ["mnist-ddpm", "--count", "20", "--steps", "4", "--eta", "0", "--seed", "5"];
        Assert.Equal(0, Run(["sample", .. drawing, "-o", "s.safetensors"]).ExitCode);
        WorkbookProgram.Ended file = Run("evaluate", "s.safetensors", "--json"), model = Run(["evaluate", .. drawing, "--json"]);
        Assert.Equal((0, "", 0, ""), (file.ExitCode, file.Error, model.ExitCode, model.Error));
        string[] lines = file.Output.TrimEnd().Split('\n');
        Assert.Equal(["samples", "sure", "digits", "Fréchet", "ratio", "precision", "recall"], lines[..7].Select(line => line.Split(' ')[0]));
        Assert.StartsWith("mnist-ddpm  20 drawn  ", model.Output);
        Assert.Equal(lines, model.Output.TrimEnd().Split('\n')[1..]);

        JsonObject found = JsonNode.Parse(lines[^1])!.AsObject();
        Assert.Equal(["count", "sure", "shares", "frechet", "floor", "ratio", "sure_interval", "frechet_error", "floor_error", "ratio_error", "precision", "recall",
            "precision_floor", "recall_floor"], found.Select(entry => entry.Key));
        Assert.Equal(20, Number("count"));
        Assert.Equal(10, found["shares"]!.AsArray().Count);
        Assert.Equal(1, found["shares"]!.AsArray().Sum(share => share!.GetValue<double>()), 1e-9);
        Assert.InRange(Number("sure"), 0, 1);
        Assert.Equal(Number("frechet") / Number("floor"), Number("ratio"), 1e-9);
        double[] interval = [.. found["sure_interval"]!.AsArray().Select(end => end!.GetValue<double>())];
        Assert.InRange(Number("sure"), interval[0], interval[1]);
        Assert.All(["frechet", "floor", "ratio"], name => Assert.InRange(Number(name + "_error"), 1e-6, Number(name)));
        Assert.All(["precision", "recall", "precision_floor", "recall_floor"], name => Assert.InRange(Number(name), 0, 1));
        Assert.InRange(Number("ratio"), 1, double.PositiveInfinity);      // four steps draw no digits

        double Number(string name) => found[name]!.GetValue<double>();
    }

    [Fact]
    public void Digits_that_were_asked_for_are_compared_with_what_is_read()
    {
        Assert.Equal(0, Run("train", "--classes", "--images", "1", "--batch", "1", "-o", "told").ExitCode);
        Assert.Equal(0, Run("sample", "told", "--class", "all", "--count", "20", "--steps", "2", "-o", "s.safetensors").ExitCode);
        string[] file = Lines("s.safetensors"), model = Lines("told", "--count", "20", "--steps", "2");
        Assert.Equal(file, model[1..]);
        Assert.StartsWith("as asked for ", file[7]);
        double share = JsonNode.Parse(file[^1])!["as_asked"]!.GetValue<double>();
        Assert.Equal(share * 20, Math.Round(share * 20), 1e-9);
    }

    [Fact]
    public void Ddim_with_guidance_draws_what_was_asked_for()
    {
        Assert.Equal(0, Run("sample", "mnist-ddpm-class", "--class", "all", "--guidance", "2", "--eta", "0", "--count", "20", "--steps", "50", "-o", "s.safetensors").ExitCode);
        Assert.InRange(JsonNode.Parse(Lines("s.safetensors")[^1])!["as_asked"]!.GetValue<double>(), 0.9, 1);    // with ε̂ as the network said it 0.28
    }

    string[] Lines(params string[] what) => Run(["evaluate", .. what, "--json"]).Output.TrimEnd().Split('\n');

    [Theory]
    [InlineData("--count 1 is not a whole number from 2 to 60000.", "mnist-ddpm", "--count", "1")]
    [InlineData("--steps 0 is not a whole number from 1.", "mnist-ddpm", "--steps", "0")]
    [InlineData("--eta 2 is not a number from 0 to 1.", "mnist-ddpm", "--eta", "2")]
    [InlineData("--seed x is not a whole number.", "mnist-ddpm", "--seed", "x")]
    [InlineData("--steps is for a model that is drawn from, and s.safetensors is already drawn: leave it out.", "s.safetensors", "--steps", "5")]
    public void A_wrong_option_ends_with_2(string sentence, params string[] arguments) => AssertRefused(2, sentence + " See workbook --help.", arguments);

    [Fact]
    public void What_cannot_be_judged_ends_with_1()
    {
        AssertRefused(1, "There is no file s.safetensors.", "s.safetensors");
        AssertRefused(1, "other.safetensors has no tensor samples: expected what workbook sample writes.",
            TensorOf("other.safetensors", "images", [2, 1, 28, 28]));
        AssertRefused(1, "The samples have shape (2, 3, 8, 8), expected (N, 1, 28, 28): only digits are judged.",
            TensorOf("small.safetensors", "samples", [2, 3, 8, 8]));
        AssertRefused(1, "The samples reach from 0 to 255, expected −1 to 1.", TensorOf("bytes.safetensors", "samples", [2, 1, 28, 28], 255));
        AssertRefused(1, "--steps 1001 is more than the model's T = 1000: choose 1 to 1000.", "mnist-ddpm", "--steps", "1001");
    }

    [Fact]
    public void Only_a_classifier_of_clean_digits_judges()
    {
        string samples = TensorOf("s.safetensors", "samples", [2, 1, 28, 28]);
        AssertRefused(1, "mnist-classifier-noisy is told how noisy a digit is (T = 1000): judge by one for clean digits, such as mnist-classifier.",
            samples, "--classifier", "mnist-classifier-noisy");
        WorkbookProgram.Ended network = Run("evaluate", samples, "--classifier", "mnist-ddpm"), missing = Run("evaluate", samples, "--classifier", "nobody");
        Assert.EndsWith("is no classifier's: expected _class_name to be \"DigitClassifier\".\n", network.Error);
        Assert.StartsWith("There is no model nobody: give the folder that holds its config.json and model.safetensors, or a name in data/models (",
            missing.Error);
        Assert.All([network, missing], ended => Assert.Equal((1, "", 1), (ended.ExitCode, ended.Output, ended.Error.Count(c => c == '\n'))));
    }
}
