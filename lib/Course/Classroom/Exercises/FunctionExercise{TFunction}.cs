using Figures.Drawing;

namespace Course.Classroom.Exercises;

/// <summary>An exercise whose answer is a function of one or more numbers: it is compared with the right one, and with known slips, at
/// several places.</summary>
/// <typeparam name="TFunction">The function's type.</typeparam>
/// <seealso cref="Exercise"/>
public sealed class FunctionExercise<TFunction> : Exercise where TFunction : Delegate
{
    readonly double tolerance;
    readonly (string Where, Func<TFunction, double> Of)[] places;
    readonly double[] right;
    readonly (double[] Values, string Says)[] slips;

    internal FunctionExercise(string title, string hint, TFunction expected, double tolerance,
        (string Where, Func<TFunction, double> Of)[] places, (TFunction Slip, string Says)[] slips)
        : base(title, hint)
    {
        if (places.Length == 0)
            throw new ArgumentException($"Exercise {title}: there is no place, expected at least one "
                + "to compare functions at.", nameof(places));
        (this.tolerance, this.places) = (tolerance, places);
        right = At(expected);
        this.slips = [.. slips.Select(slip => (At(slip.Slip), slip.Says))];
        (double[] Values, string Says)[] all = [(right, "the right answer"), .. this.slips];
        for (int i = 0; i < all.Length; i++)
            for (int j = 0; j < i; j++)
                if (Same(all[i].Values, all[j].Values)) throw Alike(all[i].Says, all[j].Says);
    }

    /// <summary>Looks at the reader's function; null, or NaN everywhere, means not answered yet.</summary>
    public void Try(TFunction? answer) => Show(Judge(answer));

    /// <summary>The same test for the solution.</summary>
    /// <exception cref="CheckFailedException">The answer is wrong or missing.</exception>
    public void Solve(TFunction? answer) => Demand(Judge(answer));

    Remark Judge(TFunction? answer)
    {
        if (answer is null) return Open;
        double[] given = new double[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            try { given[i] = places[i].Of(answer); }
            catch (NotImplementedException) { return Open; }
            catch (Exception error)
            {
                return Wrong($"at {places[i].Where} your function throws {error.GetType().Name}: {error.Message.Split('\n')[0]}");
            }
        }
        if (given.All(double.IsNaN)) return Open;
        if (Same(given, right))
            return Right("your function is right at "
                + $"{string.Join(", ", places.Take(5).Select(place => place.Where))}{(places.Length > 5 ? ", …" : "")}");
        foreach (var (values, says) in slips)
            if (Same(given, values)) return Wrong(says);
        int off = Enumerable.Range(0, places.Length).First(i => !Near(given[i], right[i]));
        return Wrong($"at {places[off].Where} your function gives {Numbers.Short(given[off])}, expected {Numbers.Short(right[off])}");
    }

    double[] At(TFunction function) => [.. places.Select(place => place.Of(function))];

    bool Same(double[] a, double[] b) => a.Zip(b).All(pair => Near(pair.First, pair.Second));

    bool Near(double a, double b) => Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(b));
}
