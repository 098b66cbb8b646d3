namespace Diffusion.Models.Hub;

/// <summary>Reads an answer to its end before it is passed on, where that is wanted: what breaks in the middle is then repeated like any
/// other failure.</summary>
sealed class WholeAnswers(int longest) : DelegatingHandler
{
    internal static readonly HttpRequestOptionsKey<bool> Wanted = new(nameof(WholeAnswers));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        HttpResponseMessage answer = await base.SendAsync(request, stop);
        if (request.Options.TryGetValue(Wanted, out bool wanted) && wanted) await answer.Content.LoadIntoBufferAsync(longest, stop);
        return answer;
    }
}
