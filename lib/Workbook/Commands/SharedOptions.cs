using System.CommandLine;
using System.Globalization;

namespace Workbook.Commands;

/// <summary>Options and arguments that several commands take: the same words, ranges and refusals in each.</summary>
static class SharedOptions
{
    /// <summary>Notebooks or folders of notebooks.</summary>
    internal static Argument<string[]> Notebooks(string command)
    {
        var paths = new Argument<string[]>("notebooks")
        {
            Description = "Notebooks or folders of notebooks; every chapter where none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        paths.Validators.Add(result =>
        {
            foreach (string option in result.Tokens.Select(token => token.Value).Where(token => token.StartsWith('-')))
                result.AddError($"{command} has no option {option}.");
        });
        return paths;
    }

    /// <summary>The folder that a model is written to.</summary>
    internal static Option<string> ModelOutput(string what) =>
        new("--output", "-o") { Description = what, HelpName = "DIR", Required = true };

    /// <summary>N, the steps of a walk.</summary>
    internal static Option<int?> Steps(string byDefault)
    {
        var steps = new Option<int?>("--steps")
        {
            Description = "Steps of the walk, 1 to the model's "
            + $"T (default {byDefault}).",
            HelpName = "S"
        };
        RequireFromOne(int.MaxValue, steps);
        return steps;
    }

    /// <summary>η of DDIM.</summary>
    internal static Option<double?> Eta()
    {
        var eta = new Option<double?>("--eta")
        {
            Description = "Walks by DDIM with this η from 0 to 1 (default: by the model's own sampler).",
            HelpName = "E",
        };
        Require(eta, text => IsNumber(text, value => value is >= 0 and <= 1), "a number from 0 to 1");
        return eta;
    }

    /// <summary>The seed; 0 where none is said.</summary>
    internal static Option<long?> Seed(string what)
    {
        var seed = new Option<long?>("--seed") { Description = $"Any whole number (default 0). {what}", HelpName = "X" };
        Require(seed, text => long.TryParse(text, out _), "a whole number");
        return seed;
    }

    /// <summary>A line for programs.</summary>
    internal static Option<bool> Json(string what = "") => new("--json") { Description = $"Ends with one line of JSON{what}." };

    /// <summary>Refuses what is no whole number from 1 to the largest that fits, in one sentence that names option, value and
    /// range.</summary>
    internal static void RequireFromOne(long largest, params Option[] options)
    {
        foreach (Option option in options)
            Require(option, text => long.TryParse(text, out long value) && value >= 1 && value <= largest, "a whole number from 1");
    }

    /// <summary>Refuses what does not hold, in one sentence that names option, value and range.</summary>
    internal static void Require(Option option, Func<string, bool> holds, string expected) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !holds(token.Value)) result.AddError($"{option.Name} {token.Value} is not {expected}.");
    });

    /// <summary>Whether a text is a number, and the number holds.</summary>
    internal static bool IsNumber(string text, Func<double, bool> holds) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && holds(value);
}
