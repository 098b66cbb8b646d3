namespace Diffusion.Models.Hub;

/// <summary>
/// Brings a model from the Hugging Face hub into the cache that Python's huggingface_hub shares. HF_HOME, HF_HUB_CACHE, HF_TOKEN,
/// HF_ENDPOINT and HF_HUB_OFFLINE mean what they mean there.
/// </summary>
public static class HubFetch
{
    /// <summary>Fetches what is missing of a model; what a broken fetch has left is gone on with.</summary>
    /// <param name="model">The model.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="stop">Ends it early; what has come is kept.</param>
    /// <returns>The folder of the revision's files, ready for <see cref="PretrainedModel.Open"/>.</returns>
    /// <exception cref="HubException">The hub does not have it or does not answer, or the cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static async Task<string> Run(HubModel model, string revision, IDownloadProgress progress, CancellationToken stop)
    {
        string? folder = HubSettings.Offline || HubModel.IsCommit(revision) ? model.Find(revision) : null;      // a commit never changes
        if (folder is not null) return folder;
        if (HubSettings.Offline)
            throw new HubException($"{model.Name} at {revision} is not whole in {HubCache.Folder}, and HF_HUB_OFFLINE forbids to fetch it: "
                + "unset HF_HUB_OFFLINE, or copy the cache of a machine that has it.");
        using var client = new HubClient();
        (string commit, HashSet<string> files) = await client.Ask(model, revision, stop);
        IReadOnlyList<(string Name, HubFile File)> wanted = await Describe(client, model, commit, files, stop);
        var download = new HubDownload(client, model, commit, progress, stop);
        foreach ((string name, HubFile file) in wanted) await download.Fetch(name, file);
        await download.Note(revision);
        return model.Snapshot(commit);
    }

    // The files that make the model. A name that the hub lists but does not have gives way to the next best.
    static async Task<IReadOnlyList<(string Name, HubFile File)>> Describe(
        HubClient client, HubModel model, string commit, HashSet<string> files, CancellationToken stop)
    {
        var described = new Dictionary<string, HubFile>();
        while (true)
        {
            IReadOnlyList<string> wanted = HubModel.Files(files.Contains, out string? missing);
            if (missing is not null)
                throw new HubException($"{model.Name} has no {missing}, so it is not a model that can be opened here: "
                    + "choose one made of diffusers' UNet2DModel, for example google/ddpm-ema-celebahq-256.");
            if (wanted.FirstOrDefault(name => !described.ContainsKey(name)) is not { } next)
                return [.. wanted.Select(name => (name, described[name]))];
            if (await client.Describe(model, commit, next, stop) is { } file) described[next] = file;
            else files.Remove(next);
        }
    }
}
