namespace Notebooks.Scripting;

/// <summary>Which of the names there are somebody meant who mistyped one.</summary>
static class NearName
{
    /// <summary>The nearest name: the same in other case, else with one slip for every three letters; null where none is that near. The
    /// first of equals wins.</summary>
    internal static string? To(string wanted, IEnumerable<string> names) =>
        names.Where(name => name != wanted)
            .Select(name => (Name: name, Slips: Slips(wanted.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(near => near.Slips <= wanted.Length / 3)
            .OrderBy(near => near.Slips).Select(near => near.Name).FirstOrDefault();

    /// <summary>How many letters must be changed, added, removed or swapped with their neighbour (optimal string alignment).</summary>
    static int Slips(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
