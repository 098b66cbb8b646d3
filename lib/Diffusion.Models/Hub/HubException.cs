namespace Diffusion.Models.Hub;

/// <summary>What a hub did not give, or gave wrong. The message is one sentence for the user: what was asked, what came, what to
/// do.</summary>
public sealed class HubException(string message, Exception? cause = null) : Exception(message, cause);
