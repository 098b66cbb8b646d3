using System.Text.Json.Nodes;
using Shared.Program;

namespace Workbook.Tests.Commands;

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
        string[] ofTheCode = ["train_images_per_s", "forward_images_per_s", "sample_50_s", "sample_1000_s", "ink_particle_steps_per_s"];
        foreach (string key in ofTheMachine.Append("sample_forward_images_per_s").Concat(ofTheCode)) Within(key, 1e-3, 1e15);

        // How a rate stands to its bound depends on what else the machine does while this runs, so the bounds are held against what they are computed from.
        void Equal(double expected, string key) => Assert.Equal(expected, Of(key), 1e-9 * Math.Abs(expected));
        double forward = Of($"conv_{precision}_forward_gflops"), backward = Of($"conv_{precision}_backward_gflops");
        double bound = Of("forward_images_per_s_bound"), operations = forward / bound;        // GFLOP an image
        Within("forward_images_per_s_bound", forward / 1.2, forward / 1.0);                     // 1.08 by another program's count
        Equal(1 / (operations / forward + 2 * operations / backward), "train_images_per_s_bound");
        Equal(Of("normal_numbers_per_s") / 2, "ink_particle_steps_per_s_bound");
        foreach (int steps in (int[])[50, 1000])
        {
            Equal(steps * 64 / Of("sample_forward_images_per_s"), $"sample_{steps}_s_bound");
            Equal(Of($"sample_{steps}_s_bound") / Of($"sample_{steps}_s"), $"sample_{steps}_share");
        }
        Within("gradient_cosine", Of("gradient_cosine_bound"), 1);
        Within("gradient_error_float32", 1e-9, Of("gradient_error_float32_bound"));
        Within("peak_memory_gb", 0.2, Of("peak_memory_gb_bound"));

        string[] said = [.. figures.Select(figure => figure.Key).Where(key => key.Split('_')[^1] is not ("bound" or "note"))];
        Assert.Equal(3 + lines.Length - 2, said.Length);     // a line for each figure; precision, device and threads share the first
    }
}
