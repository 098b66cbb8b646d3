namespace Shared.Program;

/// <summary>A folder of its own for a test, gone with it.</summary>
sealed class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("workbook-test-").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Writes a notebook of code cells; "@tag: code" gives a cell a tag.</summary>
    public string Notebook(string name, params string[] cells) => Write(name, SmallNotebook.Text(cells));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
