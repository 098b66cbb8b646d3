namespace Notebooks.Scripting;

/// <summary>What may stand at a place of a cell.</summary>
/// <param name="Start">Where the text begins that a candidate replaces, in UTF-16 units.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Items">The candidates, the likeliest first.</param>
sealed record Completions(int Start, int End, IReadOnlyList<Completions.Item> Items)
{
    /// <param name="Text">What is put there.</param>
    /// <param name="Kind">method, property, class, keyword, …</param>
    internal sealed record Item(string Text, string Kind);
}
