namespace Workbook.Scripting;

/// <summary>What is known of a name in a cell, in the two forms that front ends show.</summary>
sealed record Inspection(string Plain, string Markdown);
