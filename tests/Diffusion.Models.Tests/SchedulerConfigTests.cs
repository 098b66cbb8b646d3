using System.Text.Json.Nodes;
using Diffusion.Parameterizations;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Shared.Tensors;

namespace Diffusion.Models.Tests;

public sealed class SchedulerConfigTests : IDisposable
{
    readonly Golden.Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    SchedulerConfig Read(params (string Key, JsonNode? Value)[] changes)
    {
        var json = new JsonObject { ["_class_name"] = "DDPMScheduler" };
        foreach ((string key, JsonNode? value) in changes) json[key] = value;
        File.WriteAllText(scratch["scheduler_config.json"], json.ToJsonString());
        return SchedulerConfig.Load(scratch.Folder);
    }

    [Fact]
    public void Absent_keys_take_the_defaults_of_diffusers()
    {
        SchedulerConfig config = Read();
        Assert.Equal((1000, Parameterization.Epsilon, ReverseVariance.Posterior, TimeSpacing.Leading), (config.Steps, config.Parameterization, config.Variance, config.Spacing));
        Assert.Equal(NoiseSchedule.Linear().AlphaBar[1000], config.Schedule.AlphaBar[1000], 1e-9);
        Assert.Equal(1, config.Sampler().Clip);
    }

    [Theory]
    [InlineData("beta_schedule", "laplace")]
    [InlineData("beta_schedule", "exp")]
    [InlineData("variance_type", "learned")]
    [InlineData("_class_name", "DPMSolverMultistepScheduler")]
    [InlineData("prediction_type", "flow")]
    [InlineData("variance_type", "learned_range")]
    [InlineData("timestep_spacing", "random")]
    [InlineData("_class_name", "PNDMScheduler")]
    public void What_is_not_supported_is_refused_by_key_and_value(string key, string value)
    {
        string message = Assert.Throws<NotSupportedException>(() => Read((key, value))).Message;
        Assert.Contains($"{key} is '{value}'", message);
    }

    [Fact]
    public void Unknown_keys_pass_only_when_they_are_off()
    {
        Read(("anything_else", false), ("anything", null));
        Assert.Contains("anything is true", Assert.Throws<NotSupportedException>(() => Read(("anything", true))).Message);
        Assert.Contains("timesteps is 500", Assert.Throws<NotSupportedException>(() => Read(("timesteps", 500))).Message);     // of 2022, and not T: it cannot be passed over
    }

    [Fact]
    public void What_other_schedulers_of_diffusers_own_changes_nothing()
    {
        NoiseSchedule plain = Read(("_class_name", "DDIMScheduler")).Schedule;
        SchedulerConfig config = Read(("_class_name", "DDIMScheduler"), ("skip_prk_steps", true), ("interpolation_type", "linear"), ("timestep_type", "discrete"), ("sigma_max", 80.0),
            ("use_karras_sigmas", true), ("solver_order", 2), ("final_sigmas_type", "zero"));
        Assert.Equal(plain.AlphaBar, config.Schedule.AlphaBar);
        Assert.Equal(1000, config.Sampler().Steps.Count);
    }

    [Theory]
    [InlineData(1000, 1, 50)]
    [InlineData(1000, 10, 50)]
    [InlineData(1000, 30, 49)]      // 50 strides of 20 would end at 1011
    [InlineData(20, 1, 19)]
    [InlineData(1000, 0, 1000)]
    public void Steps_that_nobody_chose_are_as_many_as_the_offset_allows(int T, int offset, int steps)
    {
        SchedulerConfig config = Read(("_class_name", "DDIMScheduler"), ("num_train_timesteps", T), ("steps_offset", offset));
        IReadOnlyList<(int T, int S)> walk = config.Sampler().Steps;
        Assert.Equal(steps, walk.Count);
        Assert.All(walk, step => Assert.InRange(step.T, 1, T));
    }

    [Fact]
    public void Damaged_values_are_named()
    {
        Assert.Contains("num_train_timesteps is \"many\"", Assert.Throws<InvalidDataException>(() => Read(("num_train_timesteps", "many"))).Message);
        Assert.Contains("num_train_timesteps is 0", Assert.Throws<InvalidDataException>(() => Read(("num_train_timesteps", 0))).Message);
        Assert.Contains("trained_betas has 2 values", Assert.Throws<InvalidDataException>(() => Read(("trained_betas", new JsonArray(0.1, 0.2)))).Message);
        File.WriteAllText(scratch["scheduler_config.json"], "{\n\"beta_start\": ,");
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => SchedulerConfig.Load(scratch.Folder)).Message);
        Assert.Throws<FileNotFoundException>(() => SchedulerConfig.Load(scratch["nowhere.json"]));
    }

    [Fact]
    public void Keys_of_the_first_versions_are_known()
    {
        Read(("tensor_format", "pt"), ("timestep_values", null), ("predict_epsilon", true), ("_use_default_values", new JsonArray("a")));
        Assert.Contains("prediction_type sample", Assert.Throws<NotSupportedException>(() => Read(("predict_epsilon", false))).Message);
    }

    [Fact]
    public void What_cannot_be_is_refused_when_the_file_is_opened()
    {
        Assert.Contains("clip_sample_range is 0", Assert.Throws<InvalidDataException>(() => Read(("clip_sample_range", 0))).Message);
        Assert.Contains("dynamic_thresholding_ratio is 1.5", Assert.Throws<InvalidDataException>(() => Read(("thresholding", true), ("dynamic_thresholding_ratio", 1.5))).Message);
        Assert.Contains("trained_betas[1] is \"x\"", Assert.Throws<InvalidDataException>(() => Read(("num_train_timesteps", 2), ("trained_betas", new JsonArray(0.1, "x")))).Message);
        Assert.Contains("β_2 = 1.5", Assert.Throws<InvalidDataException>(() => Read(("num_train_timesteps", 2), ("trained_betas", new JsonArray(0.1, 1.5)))).Message);
        Assert.Contains("clip_sample is null", Assert.Throws<InvalidDataException>(() => Read(("clip_sample", null))).Message);
        Assert.Contains("steps_offset is \"one\"", Assert.Throws<InvalidDataException>(() => Read(("steps_offset", "one"))).Message);
    }

    [Fact]
    public void A_saved_file_has_the_keys_of_diffusers_own_and_a_schedule_without_signal_comes_back()
    {
        SchedulerConfig.Save(scratch.Folder, NoiseSchedule.Linear().WithZeroTerminalSnr(), Parameterization.V);
        string[] Keys(string file) => [.. JsonNode.Parse(File.ReadAllText(file))!.AsObject().Select(option => option.Key)];
        Assert.Equal(Keys(Path.Combine(Golden.Folder("schedulers"), "ddpm", "00.scheduler_config.json")), Keys(scratch["scheduler_config.json"]));
        Assert.Equal(0, SchedulerConfig.Load(scratch.Folder).Schedule.AlphaBar[1000]);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(50)]
    public void A_saved_schedule_comes_back(int steps)
    {
        NoiseSchedule saved = NoiseSchedule.Linear().Rescaled(steps);
        SchedulerConfig.Save(scratch.Folder, saved, Parameterization.V);
        SchedulerConfig config = SchedulerConfig.Load(scratch.Folder);
        Assert.Equal(Parameterization.V, config.Parameterization);
        for (int t = 0; t <= steps; t++) Assert.Equal(saved.AlphaBar[t], config.Schedule.AlphaBar[t], 1e-6);
    }
}
