using Diffusion.Sampling;

namespace Diffusion.Tests.Sampling;

public sealed class ReverseTimesTests
{
    [Fact]
    public void Leading_times_of_diffusers_example_one_higher() =>
        Assert.Equal([801, 601, 401, 201, 1], ReverseTimes.Times(1000, 5));

    [Fact]
    public void Trailing_begins_at_T_and_linspace_at_both_ends()
    {
        Assert.Equal([1000, 750, 500, 250], ReverseTimes.Times(1000, 4, TimeSpacing.Trailing));
        Assert.Equal([1000, 667, 334, 1], ReverseTimes.Times(1000, 4, TimeSpacing.Linspace));
        Assert.Equal([1], ReverseTimes.Times(1000, 1, TimeSpacing.Linspace));
    }

    [Fact]
    public void Ddpm_steps_follow_each_other_and_ddim_steps_are_a_stride_long()
    {
        int[] times = [900, 400, 100];
        Assert.Equal([(900, 400), (400, 100), (100, 0)], ReverseTimes.Following(times));
        Assert.Equal([(900, 567), (400, 67), (100, 0)], ReverseTimes.Striding(times, 1000));
        Assert.Equal((100, 1), ReverseTimes.Striding(times, 1000, end: 1)[^1]);
        // beside the list, as diffusers walks: its timesteps 999, 899 and the step's end 909
        IReadOnlyList<int> linspace = ReverseTimes.Times(1000, 11, TimeSpacing.Linspace);
        Assert.Equal((1000, 900), (linspace[0], linspace[1]));
        Assert.Equal((1000, 910), ReverseTimes.Striding(linspace, 1000)[0]);
    }

    [Fact]
    public void An_offset_past_T_is_refused() =>
        Assert.Contains("t = 1001", Assert.Throws<ArgumentOutOfRangeException>(() => ReverseTimes.Times(1000, 1000, offset: 1)).Message);
}
