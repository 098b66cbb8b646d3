using System.CommandLine;
using Diffusion.Models.Hub;
using Notebooks.Running;

namespace Workbook.Commands;

/// <summary><c>workbook fetch OWNER/NAME</c>: brings a model from the Hugging Face hub into the cache that Python's huggingface_hub
/// shares.</summary>
static class FetchCommand
{
    internal static Command Build()
    {
        var model = new Argument<string>("OWNER/NAME") { Description = "A model of the hub, for example google/ddpm-ema-celebahq-256." };
        var revision = new Option<string>("--revision")
        {
            Description = "A branch, a tag or a commit.",
            HelpName = "R",
            DefaultValueFactory = _ => HubModel.DefaultRevision
        };
        model.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !HubModel.IsName(token.Value))
                result.AddError($"{token.Value} is not of the form OWNER/NAME, for example google/ddpm-ema-celebahq-256.");
        });
        revision.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !HubModel.IsRevision(token.Value))
                result.AddError($"--revision {token.Value} is not the name of a branch, a tag or a commit.");
        });
        var command = new Command("fetch", "Fetches a model from the Hugging Face hub into the cache of huggingface_hub; says the folder "
            + "in its last line. HF_HOME, HF_HUB_CACHE, HF_TOKEN, "
            + "HF_ENDPOINT and HF_HUB_OFFLINE mean what they mean there.") { model, revision };
        command.SetAction(parsed => Library.Run(() => Run(new(parsed.GetValue(model)!), parsed.GetValue(revision)!)));
        return command;
    }

    static int Run(HubModel model, string revision)
    {
        using var stop = new StopSignal();
        try
        {
            Console.WriteLine(HubFetch.Run(model, revision, new DownloadLine(), stop.Token).GetAwaiter().GetResult());
            return ExitCode.Good;
        }
        catch (OperationCanceledException) when (stop.IsRequested)
        {
            Console.Error.WriteLine("Stopped: the same command goes on from there.");
            return ExitCode.Interrupted;
        }
    }

    sealed class DownloadLine : IDownloadProgress
    {
        readonly Progress line = new();

        public void Begin(string file) => line.Begin(file);

        public void Say(string how, bool atOnce = false) => line.Say(how, atOnce);

        public void End(string what) => line.End(what);
    }
}
