using System.Text.RegularExpressions;
using Diffusion.Models.Files;

namespace Diffusion.Models.Hub;

/// <summary>
/// A model of the Hugging Face hub by its name, and where the cache that Python's huggingface_hub shares keeps it:
/// <code>
/// models--owner--name/
///     refs/main                                   the commit that this revision was when it was fetched
///     snapshots/COMMIT/unet/config.json           → ../../../blobs/ETAG, or a copy of it where links are impossible
///     blobs/ETAG                                  a file's bytes, under its hash
///     blobs/ETAG.incomplete                       the same while it comes
/// .locks/models--owner--name/ETAG.lock            locked while a process fetches that blob
/// </code>
/// It looks at files only; <c>workbook fetch</c> fetches.
/// </summary>
public sealed partial class HubModel
{
    /// <summary>The revision that is meant where none is said.</summary>
    public const string DefaultRevision = "main";

    static readonly string[] weights = [ModelFiles.Weights, ModelFiles.TorchWeights];

    readonly string folder, locks;

    /// <summary>A model in <see cref="HubCache.Folder"/>, fetched or not.</summary>
    /// <param name="name">Owner and name, for example google/ddpm-ema-celebahq-256.</param>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    public HubModel(string name)
    {
        if (!IsName(name))
            throw new ArgumentException($"'{name}' is not a model's name on the hub: expected OWNER/NAME of letters, digits, '-', '_' and "
                + "'.', for example google/ddpm-ema-celebahq-256.");
        Name = name;
        string own = "models--" + name.Replace("/", "--", StringComparison.Ordinal);
        (folder, locks) = (Path.Combine(HubCache.Folder, own), Path.Combine(HubCache.Folder, ".locks", own));
    }

    /// <summary>Owner and name.</summary>
    public string Name { get; }

    /// <summary>Whether a text has the form OWNER/NAME, by the hub's own rules.</summary>
    public static bool IsName(string text) => NameForm().IsMatch(text) && !text.Contains("--", StringComparison.Ordinal)
        && !text.Contains("..", StringComparison.Ordinal);

    /// <summary>Whether a text can name a branch, a tag or a commit, by git's rules: no part of it leads out of a folder.</summary>
    public static bool IsRevision(string text) => RevisionForm().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal);

    /// <summary>Whether a text is a whole commit id.</summary>
    public static bool IsCommit(string text) => CommitForm().IsMatch(text);

    /// <summary>Whether a text is a hash as the cache names its blobs: a SHA-256 or a git SHA-1 in hexadecimal.</summary>
    public static bool IsHash(string text) => HashForm().IsMatch(text);

    /// <summary>
    /// The files that make a model (network, weights, scheduler, and the pipeline's index where there is one), flat or in unet/ and
    /// scheduler/; safetensors rather than a .bin.
    /// </summary>
    /// <param name="there">Whether a file is there.</param>
    /// <param name="missing">What is missing; null when the model is whole.</param>
    public static IReadOnlyList<string> Files(Func<string, bool> there, out string? missing)
    {
        string? config = First(ModelFiles.Config, $"unet/{ModelFiles.Config}"),
            scheduler = First(ModelFiles.Scheduler, $"scheduler/{ModelFiles.Scheduler}");
        string part = config?[..^ModelFiles.Config.Length] ?? "";
        string? parameters = First([.. weights.Select(file => part + file)]);
        missing = config is null ? ModelFiles.Config : scheduler is null ? ModelFiles.Scheduler : parameters is null
            ? string.Join(" or ", weights.Select(file => part + file)) : null;
        return [.. ((string?[])[First(ModelFiles.Pipeline), config, scheduler, parameters]).OfType<string>()];

        string? First(params string[] names) => names.FirstOrDefault(there);
    }

    /// <summary>The folder of a revision that was fetched whole, ready for <see cref="PretrainedModel.Open"/>; null where there is
    /// none.</summary>
    /// <param name="revision">A branch, a tag or a whole commit id.</param>
    /// <exception cref="ArgumentException">The revision cannot be one.</exception>
    public string? Find(string revision = DefaultRevision)
    {
        if (CommitOf(revision) is not { } commit) return null;
        string snapshot = Snapshot(commit);
        Files(file => IsThere(Path.Combine(snapshot, file)), out string? missing);
        return missing is null ? snapshot : null;
    }

    /// <summary>The folder of a commit's files.</summary>
    public string Snapshot(string commit) => IsCommit(commit) ? Path.Combine(folder, "snapshots", commit) : throw NotHexadecimal(commit);

    /// <summary>Where a file's bytes are kept.</summary>
    /// <param name="etag">Its SHA-256 or git blob SHA-1 in hexadecimal.</param>
    public string Blob(string etag) => Path.Combine(folder, "blobs", Checked(etag));

    /// <summary>The file that is locked while a blob is fetched.</summary>
    /// <param name="etag">The blob's.</param>
    public string LockFile(string etag) => Path.Combine(locks, Checked(etag) + ".lock");

    /// <summary>The file that says which commit a branch or a tag was.</summary>
    public string RefFile(string revision) => Path.Combine([folder, "refs", .. Required(revision).Split('/')]);

    string? CommitOf(string revision)
    {
        if (IsCommit(revision)) return revision;
        string file = RefFile(revision);
        return File.Exists(file) && File.ReadAllText(file).Trim() is string commit && IsCommit(commit) ? commit : null;
    }

    // A link to a blob that is gone exists, as far as File.Exists goes.
    static bool IsThere(string path) => File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is not { Exists: false };

    static string Required(string revision) => IsRevision(revision) ? revision
        : throw new ArgumentException($"'{revision}' is not a revision: expected a branch, a tag or a commit, for "
            + $"example {DefaultRevision}.");

    static string Checked(string etag) => IsHash(etag) ? etag : throw NotHexadecimal(etag);

    static ArgumentException NotHexadecimal(string text) => new($"'{text}' is not a hash in hexadecimal.");

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}(?<![.-])/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}(?<![.-]|\.git)\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[^./\s~^:?*\[\\\p{C}""<>|-][^/\s~^:?*\[\\\p{C}""<>|]*(/[^./\s~^:?*\[\\\p{C}""<>|-][^/\s~^:?*\[\\\p{C}""<>|]*)*\z")]
    private static partial Regex RevisionForm();

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex CommitForm();

    [GeneratedRegex(@"^([0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex HashForm();
}
