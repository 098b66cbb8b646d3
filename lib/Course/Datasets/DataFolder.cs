namespace Course.Datasets;

/// <summary>Where the repository's data lies, whichever engine runs the notebook.</summary>
static class DataFolder
{
    internal const string Variable = "WORKBOOK_DATA";

    /// <summary>
    /// The folder <paramref name="name"/> below WORKBOOK_DATA, or below the nearest folder <c>data</c> above this library, or above the
    /// current directory.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">It is in none of these places.</exception>
    internal static string Find(string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured)
        {
            string chosen = Path.Combine(configured, name);
            return Directory.Exists(chosen) ? chosen
                : throw new DirectoryNotFoundException($"{Variable} is '{configured}', but there is no folder {name} in it: correct "
                    + "the variable or remove it.");
        }
        string[] starts = [Path.GetDirectoryName(typeof(DataFolder).Assembly.Location) ?? ".", Environment.CurrentDirectory];
        return starts.SelectMany(Above).Select(folder => Path.Combine(folder, "data", name)).FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException(
                $"No folder data/{name} above {starts[0]} or {starts[1]}: run inside a clone of the workbook, or set "
                    + $"{Variable} to its data folder.");
    }

    static IEnumerable<string> Above(string start)
    {
        for (DirectoryInfo? folder = new(start); folder != null; folder = folder.Parent) yield return folder.FullName;
    }
}
