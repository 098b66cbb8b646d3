namespace Workbook.Scripting;

/// <summary>The engine behind <see cref="CellDisplay"/>.</summary>
interface ICellHost
{
    CancellationToken Stopping { get; }

    string Show(object? value);

    void Update(string displayId, object? value);

    void Clear(bool wait);
}
