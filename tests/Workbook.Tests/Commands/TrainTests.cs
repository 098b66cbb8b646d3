using System.Diagnostics;
using System.Text;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary><c>workbook train</c> as a user runs it, with the smallest of networks: killed, resumed, and with what it refuses.</summary>
public sealed class TrainTests : IDisposable
{
    const string Weights = "diffusion_pytorch_model.safetensors", Checkpoint = "checkpoint.safetensors";
    static readonly string[] model = ["config.json", Weights, "model_index.json", "scheduler_config.json", "training.csv"];

    readonly Scratch scratch = new();

    public TrainTests() => File.WriteAllText(scratch["small.json"], """
        {"_class_name": "UNet2DModel", "in_channels": 1, "out_channels": 1, "block_out_channels": [8, 8], "norm_num_groups": 4, "layers_per_block": 1,
         "down_block_types": ["DownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "UpBlock2D"], "add_attention": false}
        """);

    public void Dispose() => scratch.Dispose();

    string[] Arguments(string folder, int images, params string[] more) =>
        ["train", "--output", folder, "--config", scratch["small.json"], "--images", $"{images}", "--batch", "4", "--seed", "3", .. more];

    WorkbookProgram.Ended Train(params string[] arguments)
    {
        using Process process = Start(arguments);
        return WorkbookProgram.Wait(process);
    }

    // One thread: for images this small two would only wait for each other, for long where others compute too.
    Process Start(params string[] arguments) => WorkbookProgram.StartCommand("env", scratch.Folder,
        ["--default-signal=INT", "OMP_NUM_THREADS=1", "dotnet", Path.Combine(WorkbookProgram.Bin, "workbook.dll"), .. arguments]);

    static string Step(string checkpoint) => SafetensorsHeader.Of(checkpoint)["__metadata__"]!["step"]!.GetValue<string>();

    [Fact]
    public void A_network_with_classes_is_trained_on_labels_and_draws_the_class_it_is_told()
    {
        File.WriteAllText(scratch["classes.json"], File.ReadAllText(scratch["small.json"]).Replace("\"add_attention\"", "\"num_class_embeds\": 10, \"add_attention\""));
        Assert.Equal((0, ""), Train("train", "--output", "digits", "--config", "classes.json", "--images", "64", "--batch", "16") is var ended ? (ended.ExitCode, ended.Error) : default);
        Assert.Contains("\"num_class_embeds\": 10", File.ReadAllText(scratch["digits/config.json"]));
        Assert.Equal(0, Sample("--class", "3").ExitCode);
        Assert.Equal("digits draws one of 10 classes, and there is no 10: give --class 0 to 9, or all.\n", Sample("--class", "10").Error);
        Assert.Equal("digits draws one of 10 classes, and none was said: give --class 0 to 9, or all.\n", Sample().Error);
        string unlabelled = DataOf("unlabelled.safetensors", 8);
        Assert.Contains("has no tensor labels", Train("train", "--output", "no", "--config", "classes.json", "--dataset", unlabelled, "--images", "8", "--batch", "4").Error);

        WorkbookProgram.Ended Sample(params string[] more) => WorkbookProgram.Run(scratch.Folder, ["sample", "digits", "--count", "1", "--steps", "2", "--output", "d.png", .. more]);
    }

    [Fact]
    public void Killed_in_the_middle_and_resumed_it_leaves_the_very_model_of_never_being_killed()
    {
        const int Images = 12_000;
        string[] small = ["--dataset", DataOf("small.safetensors", 8)];
        Assert.Equal(0, Train(Arguments("whole", Images, small)).ExitCode);

        using (Process process = Start(Arguments("killed", Images, small)))
        {
            string checkpoint = scratch[$"killed/{Checkpoint}"];
            WorkbookProgram.KillOnce(() => File.Exists(checkpoint) && Step(checkpoint) != "0", process);
            Assert.InRange(int.Parse(Step(checkpoint)), 1, Images / 4 - 1);
        }
        File.Delete(scratch["killed/config.json"]);      // the checkpoint knows its network
        WorkbookProgram.Ended refused = Train(Arguments("killed", Images, small)), resumed = Train(["train", "--output", "killed", "--resume", .. small]);
        Assert.Equal((1, "killed holds a training that is not finished: go on with --resume, or choose another folder.\n"), (refused.ExitCode, refused.Error));
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));

        Assert.Equal(model, Directory.GetFiles(scratch["killed"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(model, file => Assert.Equal(File.ReadAllBytes(scratch[$"whole/{file}"]), File.ReadAllBytes(scratch[$"killed/{file}"])));
        Assert.Equal(0, WorkbookProgram.Run(scratch.Folder, "sample", "killed", "--count", "1", "--steps", "2", "--output", "one.png").ExitCode);

        string[] curve = File.ReadAllLines(scratch["whole/training.csv"]);
        Assert.Equal((101, "step,loss"), (curve.Length, curve[0]));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i * Images / 4 / 100}"), curve.Skip(1).Select(row => row.Split(',')[0]));

        WorkbookProgram.Ended again = Train(Arguments("killed", Images, small));
        Assert.Equal((1, "killed holds a finished model: choose another folder.\n"), (again.ExitCode, again.Error));
    }

    [Fact]
    public void A_checkpoint_is_only_continued_as_it_was_begun()
    {
        Assert.Equal(130, Interrupted("half"));
        (string[] Options, string Part)[] changes =
        [
            (["--batch", "8"], "BatchSize = 4, this one has 8"), (["--seed", "4"], "Seed = 3, this one has 4"), (["--images", "9"], "Steps = "),
            (["--dataset", DataOf("other.safetensors", 28)], "data = "),
        ];
        foreach (var (options, part) in changes)
        {
            WorkbookProgram.Ended ended = Train(["train", "--output", "half", "--resume", .. options]);
            Assert.Equal((1, 1), (ended.ExitCode, ended.Error.Count(c => c == '\n')));
            Assert.Contains(part, ended.Error);
        }

        int Interrupted(string folder)
        {
            using Process process = Start(Arguments(folder, 400_000));
            var waited = Stopwatch.StartNew();
            while (!File.Exists(scratch[$"{folder}/{Checkpoint}"]) && waited.Elapsed.TotalSeconds < 60) Thread.Sleep(20);
            Thread.Sleep(1000);
            Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
            WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
            Assert.Contains("the same command with --resume goes on from there", ended.Error);
            Assert.NotEqual("0", Step(scratch[$"{folder}/{Checkpoint}"]));
            return ended.ExitCode;
        }
    }

    [Theory]
    [InlineData("--images 0 is not a whole number from 1. See workbook --help.", 2, "--images", "0")]
    [InlineData("--batch x is not a whole number from 1. See workbook --help.", 2, "--batch", "x")]
    [InlineData("--minutes -1 is not a number above 0. See workbook --help.", 2, "--minutes", "-1")]
    [InlineData("--images and --minutes exclude each other. See workbook --help.", 2, "--images", "5", "--minutes", "1")]
    [InlineData("--dataset faces is not known: expected mnist, or a .safetensors with a tensor images (N, C, H, W).", 1, "--dataset", "faces")]
    [InlineData("There is no file nothing.json: a model is a folder with config.json and weights.", 1, "--config", "nothing.json")]
    [InlineData("The data are (60000, 1, 28, 28), expected (N, …) with N at least the batch of 70000: give more items or take a smaller batch.", 1, "--batch", "70000")]
    public void What_cannot_be_trained_is_refused_in_one_sentence(string sentence, int exitCode, params string[] options)
    {
        WorkbookProgram.Ended ended = Train(["train", "--output", "new", .. options]);
        Assert.StartsWith(sentence, ended.Error);
        Assert.Equal((exitCode, "", 1), (ended.ExitCode, ended.Output, ended.Error.Count(c => c == '\n')));
        Assert.False(Directory.Exists(scratch["new"]));
    }

    [Fact]
    public void Where_the_digits_are_not_found_the_folder_is_named()
    {
        using Process process = WorkbookProgram.StartCommand("env", scratch.Folder,
            [$"WORKBOOK_DATA={scratch.Folder}", "dotnet", Path.Combine(WorkbookProgram.Bin, "workbook.dll"), .. Arguments("new", 8)]);
        WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
        Assert.Equal((1, $"WORKBOOK_DATA is '{scratch.Folder}', but there is no folder mnist in it: correct the variable or remove it.\n"), (ended.ExitCode, ended.Error));
        Assert.False(Directory.Exists(scratch["new"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_before_the_first_step()
    {
        File.WriteAllText(scratch["file"], "");
        string data = DataOf("data.safetensors", 8);
        WorkbookProgram.Ended file = Train(Arguments("file", 40, "--dataset", data)), nowhere = Train(Arguments("/proc/nowhere", 40, "--dataset", data));
        Assert.Equal((1, "file cannot be made a folder (it is a file): choose another place.\n"), (file.ExitCode, file.Error));
        Assert.StartsWith("/proc/nowhere cannot be made a folder (", nowhere.Error);
        Assert.Equal((1, 1), (nowhere.ExitCode, nowhere.Error.Count(c => c == '\n')));
    }

    [Fact]
    public void Images_that_know_no_black_are_remarked_on()
    {
        WorkbookProgram.Ended ended = Train(Arguments("grey", 40, "--dataset", DataOf("grey.safetensors", 8, 1)));
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("grey.safetensors: nothing in images lies below 0, where −1 is black", ended.Output);
        Assert.DoesNotContain("lies below 0", Train(Arguments("whole", 40, "--dataset", DataOf("whole.safetensors", 8, -1))).Output);
    }

    [Fact]
    public void Images_of_ones_own_are_checked_against_the_network_and_the_range()
    {
        AssertRefused("The images have 1 channels, small.json takes 3", DataOf("a.safetensors", 8), Changed("\"in_channels\": 1", "\"in_channels\": 3"));
        AssertRefused("Images of 9×9 do not fit this network", DataOf("b.safetensors", 9), "");
        AssertRefused("c.safetensors: images reaches from 0 to 255, expected −1 to 1: scale it", DataOf("c.safetensors", 8, 255), "");

        void AssertRefused(string sentence, string data, string config)
        {
            string file = scratch["small.json"], kept = File.ReadAllText(file);
            if (config.Length > 0) File.WriteAllText(file, config);
            WorkbookProgram.Ended ended = Train(Arguments("new", 40, "--dataset", data));
            File.WriteAllText(file, kept);
            Assert.StartsWith(sentence, ended.Error);
            Assert.Equal((1, 1), (ended.ExitCode, ended.Error.Count(c => c == '\n')));
        }

        string Changed(string from, string to) => File.ReadAllText(scratch["small.json"]).Replace(from, to);
    }

    /// <summary>Ten grey images of this size, float32, half of the values 0 and half as given.</summary>
    string DataOf(string name, int size, float value = 1)
    {
        int count = 10 * size * size;
        byte[] header = Encoding.UTF8.GetBytes($$$"""{"images":{"dtype":"F32","shape":[10,1,{{{size}}},{{{size}}}],"data_offsets":[0,{{{4 * count}}}]}}""");
        using FileStream file = File.Create(scratch[name]);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(header);
        for (int i = 0; i < count; i++) file.Write(BitConverter.GetBytes(i % 2 * value));
        return name;
    }
}
