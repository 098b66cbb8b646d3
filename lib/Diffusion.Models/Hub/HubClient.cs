using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Shared;

namespace Diffusion.Models.Hub;

/// <summary>
/// Asks a hub over HTTP. A request that fails for a passing reason (no connection, no answer in time, 408, 429, 5xx) is repeated by
/// Microsoft.Extensions.Http.Resilience. Redirects are followed here, because the token must go to the hub alone.
/// </summary>
sealed class HubClient : IDisposable
{
    const int Redirects = 10, Repetitions = 4, LongestListing = 1 << 24;
    static readonly TimeSpan longestPause = TimeSpan.FromMinutes(1);

    readonly Uri endpoint = HubSettings.Endpoint();
    readonly string? token = HubSettings.Token();
    readonly HttpClient http;

    internal HubClient()
    {
        ResiliencePipeline<HttpResponseMessage> patience = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = Repetitions,
                Delay = TimeSpan.FromSeconds(0.5),
                DelayGenerator = attempt => ValueTask.FromResult(attempt.Outcome.Result?.Headers.RetryAfter?.Delta is { } asked
                    && asked < longestPause ? asked : (TimeSpan?)null),
            })
            .AddTimeout(HubSettings.Timeout)
            .Build();
        var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = HubSettings.Timeout };
        http = new HttpClient(new ResilienceHandler(patience)
        {
            InnerHandler =
            new WholeAnswers(LongestListing) { InnerHandler = sockets }
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new("diffusion-workbook", typeof(HubClient).Assembly.GetName().Version!.ToString(3)));
        http.DefaultRequestHeaders.AcceptEncoding.Add(new("identity"));     // lengths and ranges are those of the file itself
    }

    internal string Host => endpoint.Authority;

    /// <summary>The commit that a revision is, and the names of its files.</summary>
    internal async Task<(string Commit, HashSet<string> Files)> Ask(HubModel model, string revision, CancellationToken stop)
    {
        using HttpResponseMessage answer = await Send(HttpMethod.Get,
            At($"api/models/{model.Name}/revision/{Uri.EscapeDataString(revision)}"), 0, Follow.Whole, stop);
        if (!answer.IsSuccessStatusCode) throw Refusal(answer, model, revision);
        try
        {
            using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(stop));
            string commit = json.RootElement.GetProperty("sha").GetString() ?? "";
            HashSet<string> files = [.. json.RootElement.GetProperty("siblings").EnumerateArray()
                .Select(file => file.GetProperty("rfilename").GetString() ?? "")];
            return HubModel.IsCommit(commit) && (commit == revision || !HubModel.IsCommit(revision)) ? (commit, files)
                : throw new HubException($"{Host} calls {model.Name} at {revision} the commit '{Plain(commit)}', which cannot be: nothing "
                    + "was fetched; check HF_ENDPOINT.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HubException($"{Host} did not answer as a hub does when asked for {model.Name}: check HF_ENDPOINT.", error);
        }
    }

    /// <summary>Hash and size of a file; null when there is none of that name.</summary>
    internal async Task<HubFile?> Describe(HubModel model, string commit, string file, CancellationToken stop)
    {
        using HttpResponseMessage answer = await Send(HttpMethod.Head, Address(model, commit, file), 0, Follow.WithinHub, stop);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        if (!answer.IsSuccessStatusCode && !IsRedirect(answer)) throw Refusal(answer, model, commit);
        string etag = Header("X-Linked-Etag") ?? Header("ETag") ?? "", named = Header("X-Repo-Commit") ?? commit;
        if (etag.StartsWith("W/", StringComparison.Ordinal)) etag = etag[2..];
        etag = etag.Trim('"');
        long? size = long.TryParse(Header("X-Linked-Size"), out long linked) ? linked : IsRedirect(answer) ? null
            : answer.Content.Headers.ContentLength;
        if (!HubModel.IsHash(etag) || named != commit || size is not >= 0)
            throw new HubException($"{Host} announces {file} of {model.Name} with the hash '{Plain(etag)}', the commit '{Plain(named)}' "
                + $"and the size {size?.ToString() ?? "unknown"}, "
                + $"expected a hash in hexadecimal, {commit} and a size: the file was not fetched; check HF_ENDPOINT.");
        return new(etag, size.Value);

        string? Header(string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First().Trim() : null;
    }

    /// <summary>Begins to fetch a file, from a byte on; the answer may begin at 0 all the same.</summary>
    /// <returns>200, 206 or 416; disposed of by the caller.</returns>
    internal async Task<HttpResponseMessage> Open(HubModel model, string commit, string file, long from, CancellationToken stop)
    {
        HttpResponseMessage answer = await Send(HttpMethod.Get, Address(model, commit, file), from, Follow.Anywhere, stop);
        if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
            return answer;
        using (answer) throw Refusal(answer, model, commit);
    }

    public void Dispose() => http.Dispose();

    enum Follow { Whole, WithinHub, Anywhere }

    async Task<HttpResponseMessage> Send(HttpMethod method, Uri address, long from, Follow follow, CancellationToken stop)
    {
        for (int hop = 0; hop < Redirects; hop++)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Options.Set(WholeAnswers.Wanted, follow == Follow.Whole);
            if (token is not null && MayKnowToken(address)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            HttpResponseMessage answer;
            try
            {
                answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or Polly.Timeout.TimeoutRejectedException)
            {
                string reason = error is HttpRequestException or IOException ? Shown.OneLine((error.InnerException ?? error).Message)
                    .TrimEnd('.') : $"no answer within {HubSettings.Timeout.TotalSeconds:0} s";
                throw new HubException($"{address.Authority} cannot be reached ({reason}): check the network, HTTPS_PROXY where there is "
                    + "a proxy, and HF_ENDPOINT; then run the same command again.", error);
            }
            if (!IsRedirect(answer)) return answer;
            Uri next = Next(address, answer);
            // A redirect that tells of the file leads to its bytes; one that says nothing of it leads to another hub, as a mirror's that
            // has moved.
            if (follow == Follow.WithinHub && !IsHub(next)
                && (answer.Headers.Contains("X-Linked-Etag") || answer.Headers.Contains("X-Repo-Commit")
                || answer.Headers.ETag is not null)) return answer;
            answer.Dispose();
            address = next;
        }
        throw new HubException($"{Host} redirects more than {Redirects} times: try again later, or check HF_ENDPOINT.");
    }

    static Uri Next(Uri address, HttpResponseMessage answer)
    {
        if (answer.Headers.Location is { } location && Uri.TryCreate(address, location, out Uri? next)
            && (next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && address.Scheme == Uri.UriSchemeHttp)))
            return next;
        using (answer) throw new HubException($"{address.Authority} redirects to no address that may be followed (from https only to "
            + "https): check HF_ENDPOINT.");
    }

    HubException Refusal(HttpResponseMessage answer, HubModel model, string revision)
    {
        string code = answer.Headers.TryGetValues("X-Error-Code", out IEnumerable<string>? values) ? values.First() : "",
            host = answer.RequestMessage?.RequestUri?.Authority ?? Host;
        const string SetToken = "set HF_TOKEN to a token from https://huggingface.co/settings/tokens";
        return new(((int)answer.StatusCode, code) switch
        {
            (_, "GatedRepo") => $"{model.Name} is gated: accept its terms at {endpoint}{model.Name} and {SetToken} of the same account.",
            (404, "RevisionNotFound") => $"{model.Name} has no revision {revision}: choose one of "
                + $"{endpoint}{model.Name}/tree/{HubModel.DefaultRevision}.",
            (401, _) when token is null => $"{host} shows {model.Name} to nobody who is not signed in (401), or has no such model: check "
                + $"the name, or {SetToken}.",
            (401, _) => $"{host} does not accept the token from HF_TOKEN or {Path.Combine(HubCache.Home, "token")} for {model.Name} "
                + $"(401), or has no such model: check the name, or {SetToken}.",
            (403, _) => $"{host} refuses {model.Name} to {(token is null ? "anybody who is not signed in" : "your token")} (403): "
                + $"{SetToken} that may read it.",
            (404, _) => $"{host} has no model {model.Name} (404): check the "
                + $"name{(token is null ? $"; if it is private, {SetToken}" : "")}.",
            (int status, _) => $"{host} answers {status} when asked for {model.Name}: try again later.",
        });
    }

    Uri Address(HubModel model, string commit, string file) => At($"{model.Name}/resolve/{commit}/{file}");

    Uri At(string path) => new(endpoint, path);

    // Where a token may go: the hub that was named, and the hub itself.
    bool MayKnowToken(Uri address) => IsHub(address)
        || (address.Scheme == Uri.UriSchemeHttps && address.Host == "huggingface.co" && address.IsDefaultPort);

    bool IsHub(Uri address) =>
        Uri.Compare(address, endpoint, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    static bool IsRedirect(HttpResponseMessage answer) => (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308;

    // What a server says may hold anything: control characters would reach the terminal.
    static string Plain(string text) => string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
