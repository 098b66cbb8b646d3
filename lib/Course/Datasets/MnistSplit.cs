namespace Course.Datasets;

/// <summary>The two parts of MNIST.</summary>
public enum MnistSplit
{
    /// <summary>60,000 digits to learn from.</summary>
    Train,

    /// <summary>10,000 digits by other writers, to measure on.</summary>
    Test,
}
