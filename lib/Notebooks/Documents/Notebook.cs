using System.Text.Json.Nodes;

namespace Notebooks.Documents;

/// <summary>
/// A Jupyter notebook (nbformat 4.0–4.5) as the JSON tree it is: what this program does not know survives reading and writing.
/// In memory it is always nbformat 4.5 with every source as one string; <see cref="NotebookReader"/> and
/// <see cref="NotebookWriter"/> convert.
/// </summary>
public sealed class Notebook(string path, JsonObject json)
{
    /// <summary>Where the notebook was read from.</summary>
    public string Path { get; } = path;

    /// <summary>The whole tree.</summary>
    public JsonObject Json { get; } = json;

    /// <summary>The metadata of the notebook itself.</summary>
    public JsonObject Metadata => Json["metadata"]!.AsObject();

    /// <summary>All cells in order.</summary>
    public IReadOnlyList<Cell> Cells => [.. Json["cells"]!.AsArray().Select(cell => new Cell(cell!.AsObject()))];

    /// <summary>The cells that are executed: code cells with something in them. The n-th of them is shown as [n] in every front
    /// end.</summary>
    public IReadOnlyList<Cell> CodeCells => [.. Cells.Where(cell => cell.IsCode && !string.IsNullOrWhiteSpace(cell.Source))];

    /// <summary>Reads a notebook from a file.</summary>
    /// <exception cref="WorkbookException">The file cannot be read or is not a notebook.</exception>
    public static Notebook Load(string path) => NotebookReader.Load(path);

    /// <summary>Writes the notebook as nbformat 4.5, beside the file first and then over it.</summary>
    /// <exception cref="WorkbookException">The file cannot be written; what stood there before still stands.</exception>
    public void Save(string path) => SafeFile.Write(path, NotebookWriter.ToText(this));

    /// <summary>Puts a cell after another one, or first where <paramref name="after"/> is null.</summary>
    public void Insert(Cell cell, Cell? after)
    {
        JsonArray cells = Json["cells"]!.AsArray();
        cells.Insert(after is null ? 0 : cells.IndexOf(after.Value.Json) + 1, cell.Json);
    }
}
