using static TorchSharp.torch;

namespace Diffusion.Tests;

public sealed class CoresTests
{
    [Theory]
    [InlineData(64, 2)]
    [InlineData(7, 3)]
    [InlineData(1, 1)]
    public void Parts_are_the_whole_each_item_once(long batch, int parts)
    {
        var items = Enumerable.Range(0, parts).Select(i => Cores.Part(batch, i, parts)).SelectMany(part => Enumerable.Range((int)part.Start, (int)part.Length));
        Assert.Equal(Enumerable.Range(0, (int)batch), items);
    }

    [Fact]
    public void A_part_has_a_core_of_its_own_and_the_callers_modes_and_libtorch_keeps_its_threads()
    {
        int before = get_num_threads();
        if (before < 2) return;         // one core: no parts
        using (no_grad()) Assert.Equal([(1, false), (1, false)], Cores.Run(2, _ => (get_num_threads(), is_grad_enabled())));
        Assert.Equal([(1, true), (1, true)], Cores.Run(2, _ => (get_num_threads(), is_grad_enabled())));
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void An_error_in_a_part_reaches_the_caller_as_it_was()
    {
        int parts = Cores.Parts(100, least: 1);
        var error = Assert.Throws<InvalidDataException>(() => Cores.Run<int>(parts, i => i == parts - 1 ? throw new InvalidDataException("the last") : 0));
        Assert.Equal("the last", error.Message);
    }

    [Fact]
    public void A_network_says_the_same_in_parts_and_whole()
    {
        using var scope = NewDisposeScope();
        Compute.Seed(5);
        using UNet network = new(UNetConfig.Digits);
        Tensor x = randn(32, 1, 28, 28), t = randint(1, 1001, [32], ScalarType.Int64);
        Tensor whole = network.PredictNoise(x, t).detach();         // with a graph: in one piece
        using var still = no_grad();
        Assert.InRange((network.PredictNoise(x, t) - whole).abs().max().item<float>(), 0, 2e-5);
    }
}
