namespace Diffusion.Tests.Pretrained;

public sealed class ModelParityTests
{
    [Theory]
    [InlineData("tiny-celebahq")]
    [InlineData("tiny-cifar10")]
    public void A_model_of_the_reference_gives_the_reference_outputs_module_by_module(string name)
    {
        ParityResult result = ModelParity.Check(Golden.Folder(name));
        Assert.True(result.Passed, result.ToString());
        Assert.True(result.MaxAbsDifference > 0, "two float32 libraries never agree on every bit: nothing was compared");
        Assert.True(result.MaxAbsDifference < 5e-5, result.ToString());  // measured 1e-5 and 2e-5, in hidden states near 10
        Assert.Equal("model", result.Kind);
    }
}
