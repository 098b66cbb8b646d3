namespace Notebooks.Scripting;

/// <summary>The cells that have run, by the name under which the compiler knows each: errors quote their lines.</summary>
sealed class CellSources
{
    readonly Dictionary<string, string> texts = [];

    internal string Add(int number, string code)
    {
        string name = $"cell {number}";
        texts[name] = code.ReplaceLineEndings("\n");
        return name;
    }

    internal string Text(string name) => texts[name];

    /// <summary>The line (counted from 1) as it is written; null where there is no such line.</summary>
    internal string? Line(string? name, int number) => Knows(name) && texts[name!].Split('\n') is var lines && number >= 1
        && number <= lines.Length ? lines[number - 1] : null;

    internal bool Knows(string? name) => name is not null && texts.ContainsKey(name);
}
