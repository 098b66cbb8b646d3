using Diffusion.Devices;
using Diffusion.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Course.Benchmarks;

/// <summary>How far a network's gradient is from that of the same network in float64: direction and length over all parameters
/// together.</summary>
/// <param name="Cosine">Of the angle between them; 1 is the same direction.</param>
/// <param name="RelativeError">‖g − g₆₄‖/‖g₆₄‖.</param>
sealed record GradientAgreement(double Cosine, double RelativeError)
{
    /// <summary>Compares the gradient of the training loss on one random batch.</summary>
    /// <param name="network">In the precision to be judged; stays as it is.</param>
    /// <param name="batch">How many images.</param>
    /// <param name="size">Their height and width.</param>
    internal static GradientAgreement Of(UNet network, int batch, int size)
    {
        using var scope = NewDisposeScope();
        using var exact = (UNet)network.Copy();
        exact.BodyType = null;
        exact.to(ScalarType.Float64);
        Tensor x = randn([batch, network.Config.InChannels, size, size], device: Compute.Device), noise = randn_like(x);
        Tensor t = randint(1, 1001, [batch], ScalarType.Int64, Compute.Device);
        Tensor found = Gradient(network, x, t, noise), truth = Gradient(exact, x, t, noise);
        double cosine = (found.dot(truth) / (found.norm() * truth.norm())).item<double>();
        return new(cosine, ((found - truth).norm() / truth.norm()).item<double>());
    }

    static Tensor Gradient(UNet network, Tensor x, Tensor t, Tensor noise)
    {
        Tensor loss = (network.Predict(x, t) - noise).square().mean();
        return cat([.. autograd.grad([loss], [.. network.parameters()]).Select(gradient => gradient.flatten())]).to(ScalarType.Float64);
    }
}
