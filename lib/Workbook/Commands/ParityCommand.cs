using System.CommandLine;
using System.Text.Json;
using Diffusion.Models.Recordings;
using Shared;

namespace Workbook.Commands;

/// <summary><c>workbook parity DIR</c>: compares with what Hugging Face diffusers recorded and says so in one line of JSON.</summary>
static class ParityCommand
{
    internal static Command Build()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "A model with its recorded outputs, a recorded walk, or a folder of schedulers."
        };
        var command = new Command("parity", "Compares network, sampler or schedules with what Hugging Face "
            + "diffusers recorded in a folder.") { folder };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!));
        return command;
    }

    static int Run(string folder)
    {
        try
        {
            ParityResult result = Parity.Check(folder);
            Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["kind"] = result.Kind,
                ["case"] = result.Case,
                ["max_abs_diff"] = double.IsFinite(result.MaxAbsDifference) ? result.MaxAbsDifference : double.MaxValue,
                ["tolerance"] = result.Tolerance,
                ["passed"] = result.Passed,
            }));
            return result.Passed ? ExitCode.Good : ExitCode.Failure;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException
            or UnauthorizedAccessException or KeyNotFoundException
            or ArgumentException or InvalidOperationException)
        {
            Console.Error.WriteLine(Shown.OneLine(error.Message));
            return ExitCode.Usage;
        }
    }
}
