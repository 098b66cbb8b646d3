using Diffusion.Devices;
using Diffusion.Models;
using Diffusion.Networks;
using Figures;
using static TorchSharp.torch;

namespace Course.Display;

/// <summary>
/// A U-Net drawn from what it does: one image goes through, and every piece is listened to. For networks whose levels are halved and
/// doubled by convolutions.
/// </summary>
public static class UNetDiagram
{
    /// <summary>What goes across: each residual block whose input ends with exactly the numbers that a piece before it gave, that piece,
    /// and how many channels come from there and how many from below.</summary>
    /// <param name="network">The network; its config has a sample size.</param>
    public static IReadOnlyList<(string From, string To, long Across, long Own)> Skips(this UNet network)
    {
        ImageSize size = network.Config.SampleSize
            ?? throw new ArgumentException("The network's config has no sample_size, expected the size of an image.", nameof(network));
        var given = new List<(string Name, Tensor Output)>();
        var skips = new List<(string, string, long, long)>();
        var stop = new List<Action>();
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        foreach (var (name, module) in network.named_modules())
            if (module is ResnetBlock2D block)
                stop.Add(block.register_forward_hook((_, x, _, y) => Heard(name, x, y)).remove);
            else if (module is Attention or Downsample2D || name == "conv_in")
                stop.Add(((nn.Module<Tensor, Tensor>)module).register_forward_hook((_, x, y) => Heard(name, x, y)).remove);
        Tensor image = arange(network.Config.InChannels * size.Height * size.Width, ScalarType.Float32, Compute.Device).sin()
            .reshape(1, network.Config.InChannels, size.Height, size.Width);
        try
        {
            network.Probe(image);
        }
        finally
        {
            foreach (Action remove in stop) remove();
            foreach (var (_, output) in given) output.Dispose();
        }
        return skips;

        Tensor Heard(string name, Tensor x, Tensor y)
        {
            foreach (var (from, output) in given.Where(piece => piece.Output.shape[1] < x.shape[1]))
            {
                long across = output.shape[1], own = x.shape[1] - across;
                if (output.shape[2] == x.shape[2] && output.shape[3] == x.shape[3]
                    && (x.narrow(1, own, across) == output.to(x.dtype)).all().item<bool>()) skips.Add((from, name, across, own));
            }
            given.Add((name, y.detach().clone().DetachFromDisposeScope()));
            return y;
        }
    }

    /// <summary>The way down at the left, the way up at the right, level with what it is handed; the time's arrows are left out.</summary>
    /// <param name="network">The network.</param>
    /// <param name="title">The figure's title.</param>
    public static Diagram ToDiagram(this UNet network, string title)
    {
        var skips = network.Skips();
        IReadOnlyList<NetworkPart> parts = network.Parts();
        var diagram = new Diagram(title);
        string? before = null;
        int down = 0, middle = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            NetworkPart part = parts[i];
            if (part.Kind is nameof(Attention) or nameof(Upsample2D) || part.Name is "conv_out" or "class_embedding") continue;
            var joined = parts.Skip(i + 1).TakeWhile(next => next.Kind is nameof(Attention) or nameof(Upsample2D)
                || next.Name == "conv_out").ToArray();
            bool attends = joined.Any(next => next.Kind == nameof(Attention));
            var skip = skips.FirstOrDefault(pair => pair.To == part.Name);
            if (part.Pixels == 1 && part.Output.Count == 1)
            {
                string told = network.Config.Classes is null ? "time t" : "time t, class y";
                diagram = diagram.Box(part.Name, $"{told}\n{Shape(part)} numbers\nto every residual block", 1, -1, "time");
                continue;
            }
            string text = part.Kind == nameof(Downsample2D) ? $"half the size\n{Shape(part)}"
                : part.Name == "conv_in" ? $"first convolution\n{Shape(part)}"
                : part.Kind != nameof(ResnetBlock2D) ? $"norm, SiLU, convolution\n{Shape(joined[^1])}"
                : (attends ? "residual block, attention\n" : "residual block\n")
                    + (skip.To is null ? Shape(part) : $"{skip.Own} + {skip.Across} → {Shape(part)}")
                    + string.Concat(joined.Where(next => next.Kind == nameof(Upsample2D)).Select(up => $"\nthen {Shape(up)}"));
            string group = part.Kind != nameof(ResnetBlock2D) ? "convolution" : attends ? "with attention" : "residual block";
            (double column, double row) = part.Name.StartsWith("mid_block", StringComparison.Ordinal) ? (0.5 + middle++, (double)down)
                : skip.To is not null ? (2, RowOf(skip.From)) : part.Name == "conv_norm_out" ? (2, -1) : (0, down++);
            diagram = diagram.Box(part.Name, text, column, row, group);
            if (before is not null) diagram = diagram.Arrow(before, part.Name);
            before = part.Name;
        }
        return skips.Aggregate(diagram, (drawn, skip) => drawn.Arrow(BoxOf(skip.From), skip.To, $"{skip.Across} channels", dashed: true));

        // The box that a piece lies in: its own, or that of the residual block before it.
        string BoxOf(string name) => parts[Math.Max(0, IndexOf(name) - (parts[IndexOf(name)].Kind == nameof(Attention) ? 1 : 0))].Name;

        int IndexOf(string name) => Enumerable.Range(0, parts.Count).First(i => parts[i].Name == name);

        double RowOf(string from) => parts.Take(IndexOf(BoxOf(from))).Count(part => part.Pixels > 1 && part.Kind != nameof(Attention));
    }

    static string Shape(NetworkPart part) => string.Join("×", part.Output);
}
