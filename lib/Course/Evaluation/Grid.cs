namespace Course.Evaluation;

/// <summary>Places at which a function is looked at.</summary>
public static class Grid
{
    /// <summary>Equally spaced numbers from the first to the last, both included, as <c>numpy.linspace</c> gives them.</summary>
    /// <param name="first">The number they start at.</param>
    /// <param name="last">The number they end at; smaller than the first counts downwards.</param>
    /// <param name="count">How many, at least 1; 1 gives the first alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public static double[] Linspace(double first, double last, int count)
    {
        if (count < 1)
            throw new ArgumentOutOfRangeException(nameof(count), $"The count of places is {count}, expected at least 1.");
        var places = new double[count];
        for (int i = 0; i < count; i++) places[i] = i == 0 ? first : first + (last - first) * i / (count - 1);
        return places;
    }
}
