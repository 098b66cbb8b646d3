using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Course.Benchmarks;
using Diffusion.Devices;

namespace Workbook.Commands;

/// <summary><c>workbook bench</c>: how fast this machine trains, samples and lets ink spread, each figure beside its bound.</summary>
static class BenchCommand
{
    static readonly JsonSerializerOptions plain =
        new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

    internal static Command Build()
    {
        Option<bool> json = SharedOptions.Json(": every figure by name, and its bound as NAME_bound");
        var quick = new Option<bool>("--quick") { Description = "Few repetitions, in some 20 seconds." };
        var full = new Option<bool>("--full")
        {
            Description = "Walks all 1000 steps of the long sampling in place of a part, which takes minutes.",
        };
        var command = new Command("bench", "Measures training, sampling and the ink drop, each beside what this "
            + "machine allows; two minutes.")
        {
            json, quick, full,
        };
        command.SetAction(parsed =>
            Library.Run(() => Run(new() { Quick = parsed.GetValue(quick), Full = parsed.GetValue(full) }, parsed.GetValue(json))));
        return command;
    }

    static int Run(Benchmark benchmark, bool asJson)
    {
        var line = new JsonObject
        {
            ["precision"] = Benchmark.Precision,
            ["device"] = Compute.Device.ToString(),
            ["threads"] = Benchmark.Threads
        };
        Console.WriteLine($"{line["device"]}, {line["threads"]} threads, {line["precision"]}");
        foreach (Measurement figure in benchmark.Run())
        {
            Console.WriteLine(figure);
            line[figure.Key] = JsonValue.Create(figure.Value);
            if (figure.Bound is { } bound) line[$"{figure.Key}_bound"] = JsonValue.Create(bound);
            if (figure.Note is { } note) line[$"{figure.Key}_note"] = note;
        }
        if (asJson) Console.WriteLine(line.ToJsonString(plain));
        return ExitCode.Good;
    }
}
