namespace Diffusion.Models.Hub;

/// <summary>Where Python's huggingface_hub keeps what it has downloaded, by the environment variables that it knows.</summary>
public static class HubCache
{
    /// <summary>HF_HOME, else <c>huggingface</c> in XDG_CACHE_HOME or ~/.cache.</summary>
    public static string Home => Variable("HF_HOME")
        ?? Path.Combine(Variable("XDG_CACHE_HOME") ?? Path.Combine(UserFolder, ".cache"), "huggingface");

    /// <summary>HF_HUB_CACHE (or HUGGINGFACE_HUB_CACHE, its older name), else <c>hub</c> in <see cref="Home"/>.</summary>
    public static string Folder => Variable("HF_HUB_CACHE") ?? Variable("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(Home, "hub");

    static string UserFolder => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) switch
    {
        null or "" => null,
        "~" => UserFolder,
        ['~', '/' or '\\', .. string rest] => Path.Combine(UserFolder, rest),
        string folder => Path.GetFullPath(folder),
    };
}
