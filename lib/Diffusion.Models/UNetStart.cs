using System.Text.Json.Nodes;
using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Models;

/// <summary>Training that goes on from a network that was trained before.</summary>
public static class UNetStart
{
    /// <summary>
    /// A network to go on training from this one: its shape and numbers, told classes too where the config adds them. What the null class
    /// adds to the time is then 0, so that without a label the network says at first, bit for bit, what this one says. What any other class
    /// adds is drawn, as in a new network, from N(0, 1), by the global generator: vectors that all begin at 0 tell the layers behind them
    /// nothing, and hardly move apart.
    /// </summary>
    /// <param name="network">The network to begin from; it stays as it is.</param>
    /// <param name="config">This network's config, or the same with classes (<see cref="UNetConfig.WithClasses"/>).</param>
    /// <returns>A network with parameters of its own, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The config differs in something else, or is not supported; the sentence names it.</exception>
    public static UNet StartOf(this UNet network, UNetConfig config)
    {
        bool addsClasses = network.Config.NumClassEmbeds is null && config.NumClassEmbeds is not null;
        UNetConfig without = addsClasses ? config with { NumClassEmbeds = null, NullClass = null } : config;
        if (Difference(JsonNode.Parse(network.Config.ToJson())!.AsObject(), JsonNode.Parse(without.ToJson())!.AsObject()) is { } difference)
            throw new ArgumentException($"{difference}: a network goes on from one of its own shape, with "
                + "num_class_embeds added at most.", nameof(config));
        UNet start = Initialization.LeftBlank(() => new UNet(config) { BodyType = network.BodyType });
        using var noGraph = no_grad();
        foreach (var (name, parameter) in start.named_parameters())
        {
            if (network.get_parameter(name) is { } mine) parameter.copy_(mine);
            else parameter.normal_();
        }
        if (addsClasses && config.NullClass is { } none) start.get_parameter("class_embedding.weight")!.select(0, none).zero_();
        return start;
    }

    static string? Difference(JsonObject mine, JsonObject its) =>
        mine.Select(option => option.Key).Union(its.Select(option => option.Key))
            .FirstOrDefault(key => !JsonNode.DeepEquals(mine[key], its[key])) is { } key
            ? $"{key} is {Text(its[key])} and was {Text(mine[key])}" : null;

    static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";
}
