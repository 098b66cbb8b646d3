namespace Diffusion.Models.Hub;

/// <summary>The environment variables of huggingface_hub that say how the hub is asked.</summary>
static class HubSettings
{
    const string EndpointVariable = "HF_ENDPOINT", TokenVariable = "HF_TOKEN";

    /// <summary>HF_HUB_OFFLINE: nothing may be asked.</summary>
    internal static bool Offline => IsTrue("HF_HUB_OFFLINE");

    /// <summary>HF_HUB_DISABLE_SYMLINKS: snapshots hold copies.</summary>
    internal static bool NoLinks => IsTrue("HF_HUB_DISABLE_SYMLINKS");

    /// <summary>HF_HUB_DOWNLOAD_TIMEOUT, in seconds: how long an answer, or more of one, is waited for.</summary>
    internal static TimeSpan Timeout =>
        TimeSpan.FromSeconds(int.TryParse(Variable("HF_HUB_DOWNLOAD_TIMEOUT"), out int seconds) && seconds > 0 ? seconds : 10);

    /// <summary>HF_ENDPOINT, else Hugging Face's own.</summary>
    internal static Uri Endpoint()
    {
        string text = Variable(EndpointVariable) ?? "https://huggingface.co";
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? endpoint)
            && endpoint.Scheme is "http" or "https" ? endpoint
            : throw new HubException($"{EndpointVariable} is '{text}', expected an address such as "
                + "https://huggingface.co: correct or unset it.");
    }

    /// <summary>HF_TOKEN, else the file HF_TOKEN_PATH, else the file that <c>hf auth login</c> leaves; null where there is none.</summary>
    internal static string? Token()
    {
        string file = Variable("HF_TOKEN_PATH") ?? Path.Combine(HubCache.Home, "token");
        (string from, string? token) = Variable(TokenVariable) is { } set ? (TokenVariable, set)
            : (file, File.Exists(file) ? File.ReadAllText(file).Trim() : null);
        if (token is null or "") return null;
        return token.All(c => c is > ' ' and < '\x7f') ? token
            : throw new HubException($"{from} holds no token: expected one word such as hf_…, without spaces: correct or remove it.");
    }

    static bool IsTrue(string name) => Variable(name)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;
}
