using System.Text;

namespace Notebooks.Jupyter;

/// <summary>Jupyter counts positions in a cell by code points, .NET by UTF-16 units: they differ after 𝒩 or an emoji.</summary>
static class CodePoints
{
    /// <summary>The index into the string.</summary>
    internal static int ToIndex(string text, int points)
    {
        int index = 0;
        for (; points > 0 && index < text.Length; points--) index += char.IsSurrogatePair(text, index) ? 2 : 1;
        return index;
    }

    /// <summary>The number of code points before the index.</summary>
    internal static int FromIndex(string text, int index) => text.AsSpan(0, index).EnumerateRunes().Count();

    static int Count(this SpanRuneEnumerator runes)
    {
        int count = 0;
        foreach (Rune _ in runes) count++;
        return count;
    }
}
