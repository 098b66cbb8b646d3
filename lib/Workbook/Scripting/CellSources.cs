namespace Workbook.Scripting;

/// <summary>The lines of the cells that have run, by the name under which the compiler knows each: errors quote them.</summary>
sealed class CellSources
{
    readonly Dictionary<string, string[]> lines = [];

    internal string[] this[string name] => lines[name];

    internal string Add(int number, string code)
    {
        string name = $"cell {number}";
        lines[name] = code.ReplaceLineEndings("\n").Split('\n');
        return name;
    }

    /// <summary>The line (counted from 1) without its indentation; null where there is no such line.</summary>
    internal string? Line(string? name, int number) =>
        name is not null && lines.TryGetValue(name, out string[]? all) && number >= 1 && number <= all.Length ? all[number - 1].Trim() : null;

    internal bool Knows(string? name) => name is not null && lines.ContainsKey(name);
}
