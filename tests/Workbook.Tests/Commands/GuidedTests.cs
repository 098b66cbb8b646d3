using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary>A model with classes as a user makes and draws from it: <c>train --start --classes</c>, <c>sample --class --guidance</c>.</summary>
public sealed class GuidedTests : IDisposable
{
    const string Weights = "diffusion_pytorch_model.safetensors", Table = "class_embedding.weight";

    readonly Scratch scratch = new();

    public GuidedTests()
    {
        File.WriteAllText(scratch["small.json"], """
            {"_class_name": "UNet2DModel", "in_channels": 1, "out_channels": 1, "block_out_channels": [8, 8], "norm_num_groups": 4, "layers_per_block": 1,
             "down_block_types": ["DownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "UpBlock2D"], "add_attention": false}
            """);
        Data("data.safetensors", labelled: true);
        Data("bare.safetensors", labelled: false);
        Good(Train("plain", 40, "--config", "small.json"));
    }

    public void Dispose() => scratch.Dispose();

    // One thread: for images this small two would only wait for each other.
    Process Start(params string[] arguments) => WorkbookProgram.StartCommand("env", scratch.Folder,
        ["OMP_NUM_THREADS=1", "dotnet", Path.Combine(WorkbookProgram.Bin, "workbook.dll"), .. arguments]);

    WorkbookProgram.Ended Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return WorkbookProgram.Wait(process);
    }

    static string[] Training(string folder, int images, params string[] more) =>
        ["train", "--output", folder, "--dataset", "data.safetensors", "--images", $"{images}", "--batch", "4", .. more];

    WorkbookProgram.Ended Train(string folder, int images, params string[] more) => Run(Training(folder, images, more));

    WorkbookProgram.Ended Sample(params string[] arguments) => Run(["sample", .. arguments, "--steps", "2", "--output", "x.safetensors"]);

    static void Good(WorkbookProgram.Ended ended) => Assert.Equal((0, ""), (ended.ExitCode, ended.Error));

    static void Refused(int code, string sentence, WorkbookProgram.Ended ended)
    {
        Assert.StartsWith(sentence, ended.Error);
        Assert.Equal((code, "", 1), (ended.ExitCode, ended.Output, ended.Error.Count(c => c == '\n')));
    }

    [Fact]
    public void A_model_told_classes_begins_with_the_weights_of_its_start_and_draws_one_all_or_any()
    {
        Good(Train("told", 4, "--start", "plain", "--classes", "--learning-rate", "1e-30"));       // so small that no weight moves
        JsonNode config = JsonNode.Parse(File.ReadAllText(scratch["told/config.json"]))!;
        Assert.Equal((4, 3), (config["num_class_embeds"]!.GetValue<int>(), config["_null_class"]!.GetValue<int>()));
        Dictionary<string, byte[]> plain = Tensors("plain"), told = Tensors("told");
        Assert.Equal(plain.Keys.Append(Table).Order(), told.Keys.Order());
        Assert.All(plain, tensor => Assert.Equal(tensor.Value, told[tensor.Key]));
        Assert.Equal(2 * 4 * 32, told[Table].Length);       // half precision, 3 classes and the null class
        bool[] areZero = [.. told[Table].Chunk(2).Select(half => (half[0] | (half[1] & 0x7F)) == 0)];        // 0, or −0
        Assert.DoesNotContain(true, areZero[..(3 * 32)]);
        Assert.DoesNotContain(false, areZero[(3 * 32)..]);

        Good(Train("moved", 40, "--start", "plain", "--classes", "--learning-rate", "0.01"));
        Assert.NotEqual(told[Table], Tensors("moved")[Table]);
        byte[] any = Drawn("moved"), two = Drawn("moved", "--class", "2"), plainly = Drawn("moved", "--class", "2", "--guidance", "1");
        byte[] guided = Drawn("moved", "--class", "2", "--guidance", "3"), all = Drawn("moved", "--class", "all");
        Assert.Equal(two, plainly);
        Assert.Equal(4, new[] { any, two, guided, all }.Select(Convert.ToHexString).Distinct().Count());
        Refused(1, "moved draws one of 3 classes, and there is no 3: give --class 0 to 2, or all.", Sample("moved", "--class", "3"));

        byte[] Drawn(params string[] arguments)
        {
            Good(Sample([.. arguments, "--count", "3"]));
            return File.ReadAllBytes(scratch["x.safetensors"]);
        }
    }

    [Fact]
    public void Killed_and_resumed_from_a_start_with_dropped_labels_it_leaves_the_very_model()
    {
        const int Images = 8_000;
        string[] how = ["--start", "plain", "--classes", "--learning-rate", "0.001"];
        Good(Train("whole", Images, how));
        Good(Train("other", 4, "--config", "small.json"));
        using (Process process = Start(Training("killed", Images, how)))
        {
            string checkpoint = scratch["killed/checkpoint.safetensors"];
            WorkbookProgram.KillOnce(() => File.Exists(checkpoint) && Note(checkpoint, "step") != "0", process);
            Assert.Equal(("0.1", "0.001"), (Note(checkpoint, "LabelDrop"), Note(checkpoint, "LearningRate")));
        }
        Refused(1, "killed/checkpoint.safetensors was written by a training with Start = ", Train("killed", Images, "--resume", "--start", "other"));
        Refused(1, "killed/checkpoint.safetensors was written by a training with LearningRate = 0.001", Train("killed", Images, "--resume", "--learning-rate", "0.002"));
        Good(Run("train", "--output", "killed", "--dataset", "data.safetensors", "--resume"));      // what is not said is as it was
        Assert.Equal(File.ReadAllBytes(scratch[$"whole/{Weights}"]), File.ReadAllBytes(scratch[$"killed/{Weights}"]));
        Assert.Equal(File.ReadAllText(scratch["whole/config.json"]), File.ReadAllText(scratch["killed/config.json"]));

        static string Note(string checkpoint, string key) => SafetensorsHeader.Of(checkpoint)["__metadata__"]![key]!.GetValue<string>();
    }

    [Fact]
    public void A_network_that_learned_v_says_so_and_is_trained_on_as_such()
    {
        Good(Train("v", 40, "--config", "small.json", "--parameterization", "v"));
        Good(Train("more", 4, "--start", "v"));
        Assert.Equal(["epsilon", "v_prediction", "v_prediction"], new[] { "plain", "v", "more" }
            .Select(folder => JsonNode.Parse(File.ReadAllText(scratch[$"{folder}/scheduler_config.json"]))!["prediction_type"]!.GetValue<string>()));
        Refused(1, "v was trained with linear, T = 1000, ᾱ_T = 4.04E-05 to predict V, and train goes on with linear, T = 1000, ᾱ_T = 4.04E-05 and --parameterization Epsilon: start from another model.",
            Train("e", 4, "--start", "v", "--parameterization", "epsilon"));
        Refused(2, "--parameterization ε is not epsilon, v or x0.", Train("e", 4, "--parameterization", "ε"));
    }

    [Fact]
    public void A_model_learns_to_say_what_another_says_guided_away_from_a_weaker_one()
    {
        string[] how = ["--start", "good", "--away-from", "plain", "--guidance", "3"];
        Good(Train("good", 2000, "--start", "plain", "--learning-rate", "0.01"));
        Good(Train("guided", 2000, [.. how, "--learning-rate", "0.003"]));
        Assert.True(Losses("guided")[^1] < Losses("guided")[0] / 2, "It learns what they say.");
        Good(Train("by1", 200, "--start", "good", "--away-from", "plain", "--guidance", "1"));
        Good(Train("itself", 200, "--start", "good", "--away-from", "good", "--guidance", "3"));
        Good(Train("by3", 200, how));
        Assert.Equal(Tensors("by1").Values, Tensors("itself").Values);      // neither leads away from the good model
        Assert.NotEqual(Tensors("by1").Values, Tensors("by3").Values);
        Refused(2, "--guidance needs --away-from. See workbook --help.", Train("new", 4, "--start", "good", "--guidance", "2"));
        Refused(2, "--away-from needs --start. See workbook --help.", Train("new", 4, "--away-from", "plain"));
        Refused(2, "--guidance 0.5 is not a number from 1. See workbook --help.", Train("new", 4, [.. how[..4], "--guidance", "0.5"]));
        Refused(1, "There is no model nobody: give the folder", Train("new", 4, "--start", "good", "--away-from", "nobody"));
        Refused(1, "good takes 1 channels and 0 classes, the network to be trained 1 channels and 4 classes: with --away-from all three must take the same.", Train("new", 4, [.. how, "--classes"]));
        Assert.False(Directory.Exists(scratch["new"]));

        using (Process process = Start(Training("half", 1_000_000, how))) WorkbookProgram.KillOnce(() => File.Exists(scratch["half/checkpoint.safetensors"]), process);
        Refused(1, "half learns from two models: with --resume give --start and --away-from again.", Run("train", "--output", "half", "--dataset", "data.safetensors", "--resume"));
        Refused(1, "half/checkpoint.safetensors was written by a training with Teacher = ", Train("half", 1_000_000, [.. how[..4], "--guidance", "2", "--resume"]));

        double[] Losses(string folder) => [.. File.ReadAllLines(scratch[$"{folder}/training.csv"]).Skip(1).Select(row => double.Parse(row.Split(',')[1], CultureInfo.InvariantCulture))];
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_one_sentence()
    {
        File.WriteAllText(scratch["wider.json"], File.ReadAllText(scratch["small.json"]).Replace("[8, 8]", "[8, 16]"));
        File.WriteAllText(scratch["ten.json"], File.ReadAllText(scratch["small.json"]).Replace("\"add_attention\"", "\"num_class_embeds\": 10, \"add_attention\""));
        Refused(2, "--learning-rate 0 is not a number above 0. See workbook --help.", Train("new", 4, "--learning-rate", "0"));
        Refused(1, "There is no model nobody: give the folder", Train("new", 4, "--start", "nobody"));
        Refused(1, "block_out_channels is [8,16] and was [8,8]", Train("new", 4, "--start", "plain", "--config", "wider.json"));
        Refused(1, "--classes makes num_class_embeds 4 of these labels, the last for a dropped one, and the network has 10 already", Train("new", 4, "--config", "ten.json", "--classes"));
        Refused(1, "--classes was said, and bare.safetensors has no tensor labels", Run("train", "--output", "new", "--dataset", "bare.safetensors", "--config", "small.json", "--classes"));
        string scheduler = scratch["plain/scheduler_config.json"];
        File.WriteAllText(scheduler, File.ReadAllText(scheduler).Replace("\"linear\"", "\"squaredcos_cap_v2\""));
        Refused(1, "plain was trained with ", Train("new", 4, "--start", "plain"));
        Assert.False(Directory.Exists(scratch["new"]));

        Refused(2, "--guidance leads to a class: say which with --class. See workbook --help.", Sample("plain", "--guidance", "2"));
        Refused(2, "--guidance -1 is not a number from 0 to 1000.", Sample("plain", "--class", "1", "--guidance", "-1"));
        Refused(2, "--class seven is not a whole number from 0, or all.", Sample("plain", "--class", "seven"));
        Good(Train("ten", 4, "--config", "ten.json"));
        Refused(1, "--guidance 2 was said, but ten was not trained with dropped labels", Sample("ten", "--class", "1", "--guidance", "2"));
        Good(Sample("ten", "--class", "all"));
    }

    Dictionary<string, byte[]> Tensors(string folder)
    {
        string path = scratch[$"{folder}/{Weights}"];
        byte[] file = File.ReadAllBytes(path);
        int begin = 8 + (int)BitConverter.ToInt64(file);
        return SafetensorsHeader.Of(path).Where(entry => entry.Key != "__metadata__").ToDictionary(entry => entry.Key, entry =>
        {
            int[] offsets = [.. entry.Value!["data_offsets"]!.AsArray().Select(offset => offset!.GetValue<int>())];
            return file[(begin + offsets[0])..(begin + offsets[1])];
        });
    }

    /// <summary>Twelve grey images of 8×8, each all of one shade, in three classes.</summary>
    void Data(string name, bool labelled)
    {
        const int Count = 12, Bytes = Count * 64 * 4;
        string labels = labelled ? $$""","labels":{"dtype":"I64","shape":[{{Count}}],"data_offsets":[{{Bytes}},{{Bytes + Count * 8}}]}""" : "";
        byte[] header = Encoding.UTF8.GetBytes($$$"""{"images":{"dtype":"F32","shape":[{{{Count}}},1,8,8],"data_offsets":[0,{{{Bytes}}}]}{{{labels}}}}""");
        using FileStream file = File.Create(scratch[name]);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(header);
        for (int i = 0; i < Count * 64; i++) file.Write(BitConverter.GetBytes(i / 64 % 3 - 1f));
        if (labelled) for (long i = 0; i < Count; i++) file.Write(BitConverter.GetBytes(i % 3));
    }
}
