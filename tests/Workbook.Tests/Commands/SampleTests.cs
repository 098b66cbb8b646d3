using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary><c>workbook sample</c> as a user runs it: on a small random network, and with what it refuses.</summary>
public sealed class SampleTests : IDisposable
{
    readonly Scratch scratch = new();

    public SampleTests()
    {
        string golden = Path.GetFullPath(Path.Combine(WorkbookProgram.Bin, "..", "..", "tests", "golden", "tiny-celebahq"));
        Directory.CreateDirectory(scratch["tiny"]);
        foreach (string file in (string[])["config.json", "diffusion_pytorch_model.safetensors", "scheduler_config.json"])
            File.Copy(Path.Combine(golden, file), Path.Combine(scratch["tiny"], file));
    }

    public void Dispose() => scratch.Dispose();

    WorkbookProgram.Ended Sample(params string[] arguments) => WorkbookProgram.Run(scratch.Folder, ["sample", .. arguments]);

    void AssertRefused(int exitCode, string sentence, params string[] arguments)
    {
        WorkbookProgram.Ended ended = Sample(arguments);
        Assert.Equal((exitCode, "", sentence + "\n"), (ended.ExitCode, ended.Output, ended.Error));
        Assert.Equal([], Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void Samples_and_trajectory_are_written_and_the_same_seed_gives_the_same_bytes()
    {
        foreach (string name in (string[])["a.safetensors", "b.safetensors"])
        {
            WorkbookProgram.Ended ended = Sample("tiny", "--count", "3", "--steps", "4", "--eta", "0.5", "--seed", "-7", "--batch", "2", "--trajectory", "--output", name);
            Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
            Assert.StartsWith($"{name}  3 images  ", ended.Output);
        }
        byte[] file = File.ReadAllBytes(scratch["a.safetensors"]);
        Assert.Equal(file, File.ReadAllBytes(scratch["b.safetensors"]));
        JsonObject header = SafetensorsHeader.Of(scratch["a.safetensors"]);
        Assert.Equal("""{"dtype":"F32","shape":[3,3,64,64]}""", Described("samples"));
        Assert.Equal("""{"dtype":"F32","shape":[5,3,3,64,64]}""", Described("trajectory"));
        Assert.Equal("""{"dtype":"I64","shape":[5]}""", Described("times"));

        string Described(string name)
        {
            JsonObject entry = header[name]!.AsObject();
            entry.Remove("data_offsets");
            return entry.ToJsonString();
        }
    }

    [Fact]
    public void A_class_is_for_models_that_know_classes() =>
        AssertRefused(1, "--class 3 was said, but tiny knows no classes: leave it out.", "tiny", "--class", "3", "--output", "x.png");

    [Fact]
    public void Pictures_go_where_the_command_says_relative_to_the_current_folder()
    {
        Directory.CreateDirectory(scratch["to"]);
        Assert.Equal(0, Sample("tiny", "--count", "1", "--steps", "1", "-o", "one.png").ExitCode);
        Assert.Equal(0, Sample("tiny", "--count", "1", "--steps", "2", "-o", "to/One.GIF").ExitCode);
        Assert.Equal("PNG"u8, File.ReadAllBytes(scratch["one.png"]).AsSpan(1, 3));
        Assert.Equal("GIF89a"u8, File.ReadAllBytes(scratch["to/One.GIF"]).AsSpan(0, 6));
    }

    [Theory]
    [InlineData("--count 0 is not a whole number from 1.", "--count", "0")]
    [InlineData("--count many is not a whole number from 1.", "--count", "many")]
    [InlineData("--steps 0 is not a whole number from 1.", "--steps", "0")]
    [InlineData("--batch 0 is not a whole number from 1.", "--batch", "0")]
    [InlineData("--seed x is not a whole number.", "--seed", "x")]
    [InlineData("--eta 1.5 is not a number from 0 to 1.", "--eta", "1.5")]
    [InlineData("--eta NaN is not a number from 0 to 1.", "--eta", "NaN")]
    [InlineData("--output x.jpg must end in .png, .gif or .safetensors.", "--output", "x.jpg")]
    public void A_wrong_option_ends_with_2(string sentence, params string[] option) =>
        AssertRefused(2, sentence + " See workbook --help.", ["tiny", .. option, .. option[0] == "--output" ? (string[])[] : ["--output", "x.png"]]);

    [Fact]
    public void More_steps_than_the_model_knows_end_with_2() =>
        AssertRefused(2, "--steps 1001 is more than the model's T = 1000: choose 1 to 1000.", "tiny", "--steps", "1001", "--output", "x.png");

    [Fact]
    public void A_folder_that_is_not_there_and_a_model_that_is_none_end_with_1()
    {
        AssertRefused(1, "no/x.png cannot be written: its folder does not exist; create it or choose another one.", "tiny", "--output", "no/x.png");
        Directory.CreateDirectory(scratch["empty"]);
        WorkbookProgram.Ended missing = Sample("nobody", "--output", "x.png"), empty = Sample("empty", "--output", "x.png");
        Assert.Equal((1, 1), (missing.ExitCode, empty.ExitCode));
        Assert.StartsWith("There is no model nobody: give the folder that holds its config.json, weights and scheduler_config.json", missing.Error);
        Assert.Contains("config.json", empty.Error);
        Assert.Equal(1, missing.Error.Count(c => c == '\n'));
        Assert.Equal(1, empty.Error.Count(c => c == '\n'));
        File.WriteAllText(scratch["tiny/config.json"], File.ReadAllText(scratch["tiny/config.json"]).Replace("\"sample_size\": 64", "\"sample_size\": null"));
        AssertRefused(1, "tiny/config.json: sample_size is null, so nobody knows how large an image to draw: write the images' size there.", "tiny", "--output", "x.png");
    }
}
