using Diffusion.Models.Hub;
using Notebooks;

namespace Workbook.Commands;

/// <summary>Where a model lies that is named on the command line.</summary>
static class ModelFolder
{
    /// <summary>The folder itself, one of that name in the repository's data/models, or what was fetched from the hub by that
    /// name.</summary>
    /// <param name="name">What was said.</param>
    /// <param name="holds">What such a folder holds, for the sentence when there is none.</param>
    internal static string Find(string name, string holds = "its config.json, weights and scheduler_config.json")
    {
        if (Directory.Exists(name)) return name;
        if (HubModel.IsName(name))
            return new HubModel(name).Find()
                ?? throw new WorkbookException($"There is no folder {name}, and no model of that name was fetched whole from the hub: "
                + $"workbook fetch {name} does it.");
        string models = Path.Combine(Repository.Root ?? Environment.CurrentDirectory, "data", "models");
        bool isBare = Path.GetFileName(name) == name;
        if (isBare && Directory.Exists(Path.Combine(models, name))) return Path.Combine(models, name);
        string[] known = isBare && Directory.Exists(models)
            ? [.. Directory.GetDirectories(models).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)]
            : [];
        throw new WorkbookException($"There is no model {name}: give the folder that holds {holds}"
            + (known.Length > 0 ? $", or a name in data/models ({string.Join(", ", known)})." : "."));
    }
}
