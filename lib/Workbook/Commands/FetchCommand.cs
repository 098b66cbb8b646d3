using System.CommandLine;
using Diffusion;
using Workbook.Hub;

namespace Workbook.Commands;

/// <summary><c>workbook fetch OWNER/NAME</c>: brings a model from the Hugging Face hub into the cache that Python's huggingface_hub shares.</summary>
static class FetchCommand
{
    internal static Command Build()
    {
        var model = new Argument<string>("OWNER/NAME") { Description = "A model of the hub, for example google/ddpm-ema-celebahq-256." };
        var revision = new Option<string>("--revision") { Description = "A branch, a tag or a commit.", HelpName = "R", DefaultValueFactory = _ => HubModel.DefaultRevision };
        model.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !HubModel.IsName(token.Value)) result.AddError($"{token.Value} is not of the form OWNER/NAME, for example google/ddpm-ema-celebahq-256.");
        });
        revision.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !HubModel.IsRevision(token.Value)) result.AddError($"--revision {token.Value} is not the name of a branch, a tag or a commit.");
        });
        var command = new Command("fetch", "Fetches a model from the Hugging Face hub into the cache of huggingface_hub; says the folder in its last line. HF_HOME, HF_HUB_CACHE, HF_TOKEN, "
            + "HF_ENDPOINT and HF_HUB_OFFLINE mean what they mean there.") { model, revision };
        command.SetAction(parsed => Library.Run(() => Run(new(parsed.GetValue(model)!), parsed.GetValue(revision)!)));
        return command;
    }

    static int Run(HubModel model, string revision)
    {
        string? folder = HubSettings.Offline || HubModel.IsCommit(revision) ? model.Find(revision) : null;      // a commit never changes
        if (folder is null && HubSettings.Offline)
            throw new WorkbookException($"{model.Name} at {revision} is not whole in {HubCache.Folder}, and HF_HUB_OFFLINE forbids to fetch it: unset HF_HUB_OFFLINE, or copy the cache of a machine that has it.");
        using var stop = new StopSignal();
        try
        {
            Console.WriteLine(folder ?? Fetch(model, revision, stop.Token).GetAwaiter().GetResult());
            return ExitCode.Good;
        }
        catch (OperationCanceledException) when (stop.IsRequested)
        {
            Console.Error.WriteLine("Stopped: the same command goes on from there.");
            return ExitCode.Interrupted;
        }
    }

    static async Task<string> Fetch(HubModel model, string revision, CancellationToken stop)
    {
        using var client = new HubClient();
        (string commit, HashSet<string> files) = await client.Ask(model, revision, stop);
        IReadOnlyList<(string Name, HubFile File)> wanted = await Describe(client, model, commit, files, stop);
        var download = new HubDownload(client, model, commit, new Progress(), stop);
        foreach ((string name, HubFile file) in wanted) await download.Fetch(name, file);
        await download.Note(revision);
        return model.Snapshot(commit);
    }

    /// <summary>The files that make the model. A name that the hub lists but does not have gives way to the next best.</summary>
    static async Task<IReadOnlyList<(string Name, HubFile File)>> Describe(HubClient client, HubModel model, string commit, HashSet<string> files, CancellationToken stop)
    {
        var described = new Dictionary<string, HubFile>();
        while (true)
        {
            IReadOnlyList<string> wanted = HubModel.Files(files.Contains, out string? missing);
            if (missing is not null)
                throw new WorkbookException($"{model.Name} has no {missing}, so it is not a model that can be opened here: choose one made of diffusers' UNet2DModel, for example google/ddpm-ema-celebahq-256.");
            if (wanted.FirstOrDefault(name => !described.ContainsKey(name)) is not { } next) return [.. wanted.Select(name => (name, described[name]))];
            if (await client.Describe(model, commit, next, stop) is { } file) described[next] = file;
            else files.Remove(next);
        }
    }
}
