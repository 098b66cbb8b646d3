namespace Diffusion.Models.Hub;

/// <summary>Is told how far a download is, one file after the other.</summary>
public interface IDownloadProgress
{
    /// <summary>A file begins.</summary>
    void Begin(string file);

    /// <summary>How far it is.</summary>
    /// <param name="how">In words.</param>
    /// <param name="atOnce">Whether a pause without news follows, so that it should be shown now.</param>
    void Say(string how, bool atOnce = false);

    /// <summary>The file has ended, and how.</summary>
    void End(string what);
}
