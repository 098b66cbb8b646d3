using Diffusion.Networks;
using static TorchSharp.torch;

namespace Diffusion.Models.Files;

/// <summary>
/// Listens to modules of a network, by their paths, and keeps what each gave last; of a level on the way down the state that goes on down.
/// </summary>
sealed class ModuleOutputs : IDisposable
{
    readonly Dictionary<string, Tensor> outputs = [];
    readonly List<Action> stopListening = [];
    readonly List<string> order = [];

    ModuleOutputs() { }

    /// <summary>Begins to listen.</summary>
    /// <param name="network">The network; stop by disposing.</param>
    /// <param name="paths">Paths of modules, as <c>mid_block.attentions.0</c>.</param>
    /// <param name="source">The file that the paths come from, for the message.</param>
    /// <exception cref="InvalidDataException">The network has no such module.</exception>
    internal static ModuleOutputs Record(nn.Module network, IEnumerable<string> paths, string source)
    {
        var recorder = new ModuleOutputs();
        Dictionary<string, nn.Module> modules = network.named_modules().ToDictionary(m => m.name, m => m.module);
        foreach (string path in paths)
        {
            if (!modules.TryGetValue(path, out nn.Module? module) || !recorder.Listen(path, module))
            {
                recorder.Dispose();
                throw new InvalidDataException($"{source} has an output of '{path}', which is no module of this network.");
            }
        }
        return recorder;
    }

    /// <summary>The paths in the order in which the modules first gave something.</summary>
    internal IReadOnlyList<string> Order => order;

    /// <summary>What the module gave last.</summary>
    internal Tensor this[string path] => outputs[path];

    bool Listen(string path, nn.Module module)
    {
        switch (module)
        {
            case nn.Module<Tensor, Tensor> one:
                var hook = one.register_forward_hook((_, _, output) => Keep(path, output, output));
                stopListening.Add(hook.remove);
                return true;
            case nn.Module<Tensor, Tensor, Tensor> two:
                var hookOfTwo = two.register_forward_hook((_, _, _, output) => Keep(path, output, output));
                stopListening.Add(hookOfTwo.remove);
                return true;
            case DownBlock2D down:
                var hookOfDown = down.register_forward_hook((_, _, _, states) => Keep(path, states[^1], states));
                stopListening.Add(hookOfDown.remove);
                return true;
            case UpBlock2D up:
                var hookOfUp = up.register_forward_hook((_, _, _, _, output) => Keep(path, output, output));
                stopListening.Add(hookOfUp.remove);
                return true;
            default:
                return false;
        }
    }

    T Keep<T>(string path, Tensor output, T result)
    {
        if (outputs.Remove(path, out Tensor? before)) before.Dispose();
        else order.Add(path);
        outputs[path] = output.detach().clone().DetachFromDisposeScope();
        return result;
    }

    public void Dispose()
    {
        foreach (Action stop in stopListening) stop();
        foreach (Tensor output in outputs.Values) output.Dispose();
        outputs.Clear();
    }
}
