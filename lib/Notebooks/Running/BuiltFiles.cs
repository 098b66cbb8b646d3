namespace Notebooks.Running;

/// <summary>Notices that the library was built again under a kernel that has loaded it: cells would go on with the old one.</summary>
sealed class BuiltFiles
{
    readonly string folder = AppContext.BaseDirectory;
    readonly Dictionary<string, DateTime> times;

    internal BuiltFiles() => times = Directory.EnumerateFiles(folder, "*.dll").ToDictionary(file => file, File.GetLastWriteTimeUtc);

    /// <summary>A sentence for the user, once for each build; null where nothing has changed.</summary>
    internal string? Changed()
    {
        string? changed = null;
        foreach (string file in AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic)
            .Select(assembly => assembly.Location))
        {
            if (!times.TryGetValue(file, out DateTime known) || File.GetLastWriteTimeUtc(file) is DateTime now && now == known) continue;
            times[file] = now;
            changed ??= Path.GetFileName(file);
        }
        return changed is null ? null : $"{changed} was built again after this kernel had loaded it: restart the "
            + "kernel to use the new one.";
    }
}
