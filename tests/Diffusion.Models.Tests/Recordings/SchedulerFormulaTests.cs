using System.Text.Json.Nodes;
using Diffusion.Devices;
using Diffusion.Sampling;
using Shared.Tensors;
using static System.Math;
using static TorchSharp.torch;

namespace Diffusion.Models.Tests.Recordings;

/// <summary>
/// Whole walks of configurations that no golden folder has, against the papers' formulas typed out as plain loops in float64: Ho et al. 2020 (DDPM), Song et al.
/// 2021 (DDIM), Lin et al. 2023 (zero terminal SNR) and Saharia et al. 2022 (thresholding). Nothing of the library is called in them.
/// </summary>
public sealed class SchedulerFormulaTests : IDisposable
{
    const int Items = 2, Size = 24;
    readonly Golden.Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("""{"_class_name":"DDPMScheduler","rescale_betas_zero_snr":true,"prediction_type":"v_prediction","timestep_spacing":"trailing"}""", 10, 0, false)]
    [InlineData("""{"_class_name":"DDIMScheduler","rescale_betas_zero_snr":true,"prediction_type":"v_prediction","timestep_spacing":"trailing","beta_schedule":"scaled_linear","clip_sample":false}""", 7, 0.6, true)]
    [InlineData("""{"_class_name":"DDPMScheduler","thresholding":true,"dynamic_thresholding_ratio":0.8,"sample_max_value":1.7,"prediction_type":"sample"}""", 10, 0, false)]
    [InlineData("""{"_class_name":"DDIMScheduler","thresholding":true,"dynamic_thresholding_ratio":0.95,"sample_max_value":3,"prediction_type":"v_prediction"}""", 10, 0.3, true)]
    [InlineData("""{"_class_name":"DDIMScheduler","thresholding":true,"sample_max_value":0.5,"prediction_type":"sample"}""", 4, 0, true)]
    [InlineData("""{"_class_name":"DDPMScheduler","steps_offset":1,"variance_type":"fixed_large"}""", 30, 0, false)]
    [InlineData("""{"_class_name":"DDIMScheduler","steps_offset":1,"set_alpha_to_one":false}""", 50, 0.3, true)]
    [InlineData("""{"_class_name":"DDIMScheduler","set_alpha_to_one":false,"clip_sample":false}""", 10, 1, false)]
    [InlineData("""{"_class_name":"DDPMScheduler","timestep_spacing":"trailing","variance_type":"fixed_large_log"}""", 7, 0, false)]
    [InlineData("""{"_class_name":"DDPMScheduler","beta_schedule":"sigmoid","variance_type":"fixed_small_log","timestep_spacing":"linspace"}""", 33, 0, false)]
    [InlineData("""{"_class_name":"DDIMScheduler","timestep_spacing":"linspace","clip_sample_range":2,"prediction_type":"sample"}""", 9, 0.3, true)]
    [InlineData("""{"_class_name":"DDPMScheduler","num_train_timesteps":8,"trained_betas":[0.01,0.02,0.05,0.1,0.2,0.3,0.5,0.7],"variance_type":"fixed_large"}""", 3, 0, false)]
    public void A_walk_is_what_the_formulas_say(string json, int steps, double η, bool recomputes)
    {
        File.WriteAllText(scratch["scheduler_config.json"], json);
        SchedulerConfig config = SchedulerConfig.Load(scratch.Folder);
        JsonObject options = JsonNode.Parse(json)!.AsObject();
        var random = new Random(5);
        double[] Normals() => [.. Enumerable.Range(0, Items * Size).Select(_ => Sqrt(-2 * Log(1 - random.NextDouble())) * Cos(2 * PI * random.NextDouble()))];
        double[] x = Normals();
        double[][] said = [.. Enumerable.Range(0, steps).Select(_ => Normals())], fresh = [.. Enumerable.Range(0, steps).Select(_ => Normals())];

        using var scope = NewDisposeScope();
        Tensor Shaped(double[] values) => tensor(values).view(Items, 2, 3, 4);
        int asked = 0;
        Sampler sampler = config.Sampler(steps, config.IsDdim ? η : null, recomputes);
        using var walk = sampler.Walk((_, _) => Shaped(said[asked++]), Shaped(x), k => Shaped(fresh[k])).GetEnumerator();
        double[] ᾱ = AlphaBar(options);
        int[] τ = Times(options, ᾱ.Length, steps);
        for (int k = 0; k < steps; k++)
        {
            Assert.True(walk.MoveNext());
            Assert.Equal(τ[k] + 1, walk.Current.From);
            (x, double[] x0) = Step(options, ᾱ, τ, k, x, said[k], fresh[k], η, recomputes);
            // ᾱ is float32 there, with 1 − ᾱ off by 6e-8 of 1e-4 at worst; here it is exact.
            Assert.InRange(x.Zip(walk.Current.X.ToDoubles(), (a, b) => Abs(a - b) / Max(1, Abs(a))).Max(), 0, 2e-3);
            Assert.InRange(x0.Zip(walk.Current.X0.ToDoubles(), (a, b) => Abs(a - b) / Max(1, Abs(a))).Max(), 0, 2e-3);
            x = walk.Current.X.ToDoubles();     // every step from the same beginning
        }
        Assert.False(walk.MoveNext());
    }

    static double Number(JsonObject o, string key, double otherwise) => (double?)o[key] ?? otherwise;

    static double[] AlphaBar(JsonObject o)
    {
        int T = (int)Number(o, "num_train_timesteps", 1000);
        double[] β = new double[T], ᾱ = new double[T];
        for (int i = 0; i < T; i++)
        {
            double share = i / (T - 1.0);
            β[i] = o["trained_betas"] is JsonArray own ? (double)own[i]! : (string?)o["beta_schedule"] switch
            {
                "scaled_linear" => Pow(Sqrt(1e-4) + share * (Sqrt(0.02) - Sqrt(1e-4)), 2),
                "sigmoid" => 1e-4 + (0.02 - 1e-4) / (1 + Exp(-(-6 + 12 * share))),
                _ => 1e-4 + share * (0.02 - 1e-4),
            };
            ᾱ[i] = (i == 0 ? 1 : ᾱ[i - 1]) * (1 - β[i]);
        }
        if ((bool?)o["rescale_betas_zero_snr"] != true) return ᾱ;
        double first = Sqrt(ᾱ[0]), last = Sqrt(ᾱ[T - 1]);
        return [.. ᾱ.Select(a => Pow((Sqrt(a) - last) * first / (first - last), 2))];
    }

    static int[] Times(JsonObject o, int T, int N) => [.. Enumerable.Range(0, N).Select(i => (string?)o["timestep_spacing"] switch
    {
        "trailing" => (int)Round(T - i * (double)T / N) - 1,
        "linspace" => (int)Round((N - 1 - i) * (T - 1.0) / (N - 1)),
        _ => (N - 1 - i) * (T / N) + (int)Number(o, "steps_offset", 0),
    })];

    static (double[] X, double[] X0) Step(JsonObject o, double[] ᾱ, int[] τ, int k, double[] x, double[] said, double[] z, double η, bool recomputes)
    {
        bool ddim = (string?)o["_class_name"] == "DDIMScheduler";
        int before = ddim ? τ[k] - ᾱ.Length / τ.Length : k + 1 < τ.Length ? τ[k + 1] : -1;
        double a = ᾱ[τ[k]], b = before >= 0 ? ᾱ[before] : ddim && (bool?)o["set_alpha_to_one"] == false ? ᾱ[0] : 1;
        double[] x0 = new double[x.Length], ε = new double[x.Length], next = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            (x0[i], ε[i]) = (string?)o["prediction_type"] switch
            {
                "sample" => (said[i], (x[i] - Sqrt(a) * said[i]) / Sqrt(1 - a)),
                "v_prediction" => (Sqrt(a) * x[i] - Sqrt(1 - a) * said[i], Sqrt(a) * said[i] + Sqrt(1 - a) * x[i]),
                _ => ((x[i] - Sqrt(1 - a) * said[i]) / Sqrt(a), said[i]),
            };
        if ((bool?)o["thresholding"] == true)
            for (int item = 0; item < Items; item++)
            {
                double[] sizes = [.. x0.Skip(item * Size).Take(Size).Select(Abs).Order()];
                double rank = Number(o, "dynamic_thresholding_ratio", 0.995) * (Size - 1);
                double s = sizes[(int)rank] + (rank - (int)rank) * (sizes[Min((int)rank + 1, Size - 1)] - sizes[(int)rank]);
                s = Min(Max(s, 1), Number(o, "sample_max_value", 1));
                for (int i = item * Size; i < (item + 1) * Size; i++) x0[i] = Max(-s, Min(s, x0[i])) / s;
            }
        else if ((bool?)o["clip_sample"] != false)
            for (int i = 0; i < x.Length; i++) x0[i] = Clamp(x0[i], -Number(o, "clip_sample_range", 1), Number(o, "clip_sample_range", 1));

        double β = 1 - a / b, β̃ = (1 - b) / (1 - a) * β;
        double σ = ddim ? η * Sqrt(β̃) : τ[k] == 0 ? 0 : ((string?)o["variance_type"] ?? "").StartsWith("fixed_large") ? Sqrt(β) : Sqrt(β̃);
        for (int i = 0; i < x.Length; i++)
        {
            if (recomputes) ε[i] = (x[i] - Sqrt(a) * x0[i]) / Sqrt(1 - a);
            next[i] = σ * z[i] + (ddim ? Sqrt(b) * x0[i] + Sqrt(Max(0, 1 - b - σ * σ)) * ε[i]
                : (Sqrt(b) * β * x0[i] + Sqrt(a / b) * (1 - b) * x[i]) / (1 - a));
        }
        return (next, x0);
    }
}
