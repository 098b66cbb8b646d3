using System.Text.Json.Nodes;

namespace Workbook.Tests;

/// <summary><c>workbook bench</c>: a figure is a measurement and no constant, so what is tested is how the figures of one run stand to each other.</summary>
public sealed class BenchTests
{
    [Fact]
    public void Every_figure_stands_beside_its_bound()
    {
        WorkbookProgram.Ended ended = WorkbookProgram.Run(Path.GetTempPath(), "bench", "--quick", "--json");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        string[] lines = ended.Output.TrimEnd('\n').Split('\n');
        JsonObject figures = JsonNode.Parse(lines[^1])!.AsObject();
        double Of(string key) => figures[key]!.GetValue<double>();
        void Within(string key, double least, double most) =>
            Assert.True(Of(key) >= least && Of(key) <= most, $"{key} is {Of(key)}, expected {least} to {most}.");

        string precision = figures["precision"]!.GetValue<string>();
        Assert.Contains(precision, (string[])["float32", "bfloat16"]);
        string[] ofTheMachine = [$"conv_{precision}_forward_gflops", $"conv_{precision}_backward_gflops", "copy_gb_per_s", "normal_numbers_per_s"];
        foreach (string key in ofTheMachine.Append("sample_forward_images_per_s")) Within(key, 1e-3, 1e15);

        // A shared machine may stop for a moment at any measurement: a bound is passed by a half only where one of the two is computed wrongly.
        foreach (string key in (string[])["train_images_per_s", "forward_images_per_s", "ink_particle_steps_per_s"])
            Within(key, 1e-3 * Of($"{key}_bound"), 1.5 * Of($"{key}_bound"));
        Assert.True(Of("train_images_per_s") < Of("forward_images_per_s"));
        Assert.True(Of("sample_50_s") < Of("sample_1000_s"));
        Within("sample_50_share", 0.01, 2);
        Within("sample_1000_share", 0.01, 2);
        Assert.Matches("^from its first [0-9]+ steps$", figures["sample_1000_note"]!.GetValue<string>());
        Within("gradient_cosine", Of("gradient_cosine_bound"), 1);
        Within("gradient_error_float32", 1e-9, Of("gradient_error_float32_bound"));
        Within("peak_memory_gb", 0.2, Of("peak_memory_gb_bound"));

        string[] said = [.. figures.Select(figure => figure.Key).Where(key => key.Split('_')[^1] is not ("bound" or "note"))];
        Assert.Equal(3 + lines.Length - 2, said.Length);     // a line for each figure; precision, device and threads share the first
    }
}
