using System.Diagnostics;
using System.Text;
using Shared.Program;

namespace Workbook.Tests.Commands;

/// <summary><c>workbook fetch</c> as a user runs it, against a hub on loopback that behaves as the real one does, or badly.</summary>
public sealed class FetchTests : IDisposable
{
    const string Cached = "cache/models--owner--tiny", Snapshot = $"{Cached}/snapshots/{FakeHub.Commit}";
    static readonly string golden = Path.GetFullPath(Path.Combine(WorkbookProgram.Bin, "..", "..", "tests", "golden", "tiny-celebahq"));
    static readonly string[] names = ["config.json", FakeHub.Weights, "scheduler_config.json"];

    readonly Scratch scratch = new();
    readonly FakeHub hub = new();

    public FetchTests()
    {
        foreach (string name in names) hub.Files[name] = File.ReadAllBytes(Path.Combine(golden, name));
        hub.Files["README.md"] = "Not wanted."u8.ToArray();
    }

    public void Dispose()
    {
        hub.Dispose();
        scratch.Dispose();
    }

    byte[] Weights => hub.Files[FakeHub.Weights];
    string Etag(string name) => FakeHub.HashOf(name, hub.Files[name]);
    string Blob(string name) => scratch[$"{Cached}/blobs/{Etag(name)}"];

    Process Start(string[] environment, params string[] arguments) => Command(environment, ["dotnet", Path.Combine(WorkbookProgram.Bin, "workbook.dll"), .. arguments]);

    Process Command(string[] environment, params string[] command) => WorkbookProgram.StartCommand("env", scratch.Folder,
    [
        "--default-signal=INT", "-u", "http_proxy", "-u", "HTTP_PROXY", "HF_HOME=" + scratch["home"], "HF_HUB_CACHE=" + scratch["cache"], "HF_ENDPOINT=" + hub.Endpoint,
        "HF_HUB_DOWNLOAD_TIMEOUT=2", .. environment, .. command,
    ]);

    WorkbookProgram.Ended Run(string[] environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments);
        return WorkbookProgram.Wait(process);
    }

    WorkbookProgram.Ended Fetch(params string[] environment) => Run(environment, "fetch", FakeHub.Name);

    void AssertFetched(WorkbookProgram.Ended ended)
    {
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.Equal(scratch[Snapshot], ended.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(names, Directory.GetFiles(scratch[Snapshot]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(hub.Files[name], File.ReadAllBytes(scratch[$"{Snapshot}/{name}"])));
        Assert.Equal(FakeHub.Commit, File.ReadAllText(scratch[$"{Cached}/refs/main"]));
    }

    void AssertRefused(WorkbookProgram.Ended ended, string begins, string holds = "")
    {
        Assert.Equal((1, 1), (ended.ExitCode, ended.Error.Count(c => c == '\n')));
        Assert.StartsWith(begins, ended.Error);
        Assert.Contains(holds, ended.Error);
        Assert.False(File.Exists(scratch[$"{Cached}/refs/main"]));
    }

    [Fact]
    public void A_model_is_fetched_into_the_layout_of_huggingface_hub_and_sample_opens_it_by_its_name()
    {
        Assert.Equal("There is no folder owner/tiny, and no model of that name was fetched whole from the hub: workbook fetch owner/tiny does it.\n",
            Run([], "sample", FakeHub.Name, "--output", "x.png").Error);
        AssertFetched(Fetch("HF_TOKEN=hf_secret"));
        foreach (string name in names)
        {
            Assert.Equal($"../../blobs/{Etag(name)}", new FileInfo(scratch[$"{Snapshot}/{name}"]).LinkTarget);
            Assert.True(File.Exists(scratch[$"cache/.locks/models--owner--tiny/{Etag(name)}.lock"]));
        }
        Assert.Equal(names.Select(Etag).Order(StringComparer.Ordinal), Directory.GetFiles(scratch[$"{Cached}/blobs"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(hub.Requests, request => Assert.Equal(request.OnCdn ? null : "Bearer hf_secret", request.Headers.GetValueOrDefault("Authorization")));
        Assert.Contains(hub.Requests, request => request.OnCdn);
        Assert.Equal(0, Run([], "sample", FakeHub.Name, "--count", "1", "--steps", "1", "--output", "x.png").ExitCode);

        int sent = hub.SentOf(FakeHub.Weights);
        AssertFetched(Fetch());
        Assert.Equal((Weights.Length, Weights.Length), (sent, hub.SentOf(FakeHub.Weights)));
    }

    /// <summary>A mirror that has moved: it redirects whatever is asked, a file's HEAD too, and tells nothing of the file.</summary>
    [Theory]
    [InlineData(308)]
    [InlineData(301)]
    [InlineData(307)]
    public void A_hub_that_redirects_to_another_one_is_followed_and_the_token_stays_behind(int status)
    {
        using var moved = new FakeHub();
        moved.Instead = request => (status, $"Location: {hub.Endpoint}{request.Path}\r\n");
        AssertFetched(Fetch("HF_TOKEN=hf_secret", "HF_ENDPOINT=" + moved.Endpoint));
        Assert.Contains(moved.Requests, request => request.Headers.ContainsKey("authorization") || request.Headers.ContainsKey("Authorization"));
        Assert.DoesNotContain(hub.Requests, request => request.Headers.ContainsKey("authorization") || request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public void A_pipeline_with_folders_and_no_safetensors_is_fetched_with_its_bin_and_the_token_file()
    {
        string[] files = ["model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "unet/diffusion_pytorch_model.bin"];
        hub.Files.Clear();
        foreach (string file in files) hub.Files[file] = Encoding.UTF8.GetBytes(file);
        hub.ListedOnly = [$"unet/{FakeHub.Weights}"];       // and is answered with 404
        scratch.Write("home/token", "hf_from_file\n");
        WorkbookProgram.Ended ended = Fetch("HF_HUB_DISABLE_SYMLINKS=1");
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        Assert.All(files, file => Assert.Equal(file, File.ReadAllText(scratch[$"{Snapshot}/{file}"])));
        Assert.All(files, file => Assert.Null(new FileInfo(scratch[$"{Snapshot}/{file}"]).LinkTarget));
        Assert.Equal(files, Directory.GetFiles(scratch[Snapshot], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(scratch[Snapshot], file)).Order(StringComparer.Ordinal));
        Assert.All(hub.Requests, request => Assert.Equal("Bearer hf_from_file", request.Headers["Authorization"]));
    }

    [Fact]
    public void A_broken_connection_is_resumed_where_it_broke()
    {
        int cuts = 2;
        hub.CutAfter = request => request.OnCdn && cuts-- > 0 ? 700_000 : null;
        AssertFetched(Fetch());
        Assert.Equal([null, "bytes=700000-", "bytes=1400000-"], hub.Requests.Where(request => request.OnCdn).Select(request => request.Headers.GetValueOrDefault("Range")));
        Assert.Equal(Weights.Length, hub.SentOf(FakeHub.Weights));      // not one byte twice
    }

    [Fact]
    public void A_server_that_ignores_ranges_is_begun_with_again()
    {
        int cuts = 1;
        hub.HonoursRange = false;
        hub.CutAfter = request => request.OnCdn && cuts-- > 0 ? 700_000 : null;
        AssertFetched(Fetch());
        Assert.Equal(700_000 + Weights.Length, hub.SentOf(FakeHub.Weights));
    }

    [Fact]
    public void A_connection_that_only_breaks_is_given_up_and_what_came_is_kept_and_used()
    {
        hub.CutAfter = request => !request.OnCdn ? null : request.Headers.ContainsKey("Range") ? 0 : 700_000;
        AssertRefused(Fetch(), $"The connection to {new Uri(hub.Endpoint).Authority} broke 5 times in a row while {FakeHub.Weights} came: run the same command again, it goes on from there.");
        Assert.Equal(700_000, new FileInfo(Blob(FakeHub.Weights) + ".incomplete").Length);
        hub.CutAfter = _ => null;
        AssertFetched(Fetch());
        Assert.Equal(Weights.Length, hub.SentOf(FakeHub.Weights));
    }

    [Fact]
    public void Ctrl_C_keeps_what_came_and_a_kill_releases_the_lock()
    {
        hub.Pause = TimeSpan.FromMilliseconds(50);
        foreach ((string signal, int exitCode) in ((string, int)[])[("-INT", 130), ("-KILL", 137)])
        {
            using Process process = Start([], "fetch", FakeHub.Name);
            var waited = Stopwatch.StartNew();
            int before = hub.SentOf(FakeHub.Weights);
            while (hub.SentOf(FakeHub.Weights) < before + 200_000 && waited.Elapsed.TotalSeconds < 60) Thread.Sleep(20);
            Process.Start("kill", [signal, $"{process.Id}"]).WaitForExit();
            WorkbookProgram.Ended ended = WorkbookProgram.Wait(process);
            Assert.Equal((exitCode, exitCode == 130 ? "Stopped: the same command goes on from there.\n" : ""), (ended.ExitCode, ended.Error));
            Assert.InRange(new FileInfo(Blob(FakeHub.Weights) + ".incomplete").Length, 1, Weights.Length - 1);
        }
        hub.Pause = TimeSpan.Zero;
        AssertFetched(Fetch());
        Assert.InRange(hub.SentOf(FakeHub.Weights), Weights.Length, Weights.Length + 1_500_000);   // what was on its way when it ended came again
        Assert.NotNull(hub.Requests.Last(request => request.OnCdn).Headers.GetValueOrDefault("Range"));
    }

    [Fact]
    public void Two_processes_at_once_fetch_each_file_once()
    {
        hub.Pause = TimeSpan.FromMilliseconds(10);
        using Process one = Start([], "fetch", FakeHub.Name), two = Start([], "fetch", FakeHub.Name);
        AssertFetched(WorkbookProgram.Wait(one));
        AssertFetched(WorkbookProgram.Wait(two));
        Assert.All(names, name => Assert.Equal(hub.Files[name].Length, hub.SentOf(name)));
    }

    [Fact]
    public void A_hash_or_a_length_that_does_not_agree_removes_the_file()
    {
        byte[] good = Weights, bad = [.. good];
        bad[^1] ^= 1;
        hub.Files[FakeHub.Weights] = bad;
        string etag = FakeHub.HashOf(FakeHub.Weights, good);
        hub.Etag = (name, bytes) => name == FakeHub.Weights ? etag : FakeHub.HashOf(name, bytes);
        AssertRefused(Fetch(), $"{FakeHub.Weights} of owner/tiny came damaged and was removed (its SHA-256 is ", $", expected {etag}): run the same command again.");
        hub.Size = (name, bytes) => bytes.Length + (name == FakeHub.Weights ? 1 : 0);
        AssertRefused(Fetch(), $"{FakeHub.Weights} of owner/tiny came damaged and was removed (it is {good.Length:N0} bytes, expected the {good.Length + 1:N0} announced)");
        Assert.DoesNotContain(Directory.GetFiles(scratch[$"{Cached}/blobs"]), file => file.Contains(etag, StringComparison.Ordinal));

        hub.Files["config.json"] = [.. hub.Files["config.json"], (byte)'\n'];
        string small = FakeHub.HashOf("config.json", "something else"u8.ToArray());
        hub.Etag = (name, bytes) => name == "config.json" ? small : FakeHub.HashOf(name, bytes);
        AssertRefused(Fetch(), "config.json of owner/tiny came damaged and was removed (its git SHA-1 is ", $", expected {small}");
    }

    [Fact]
    public void A_server_that_fails_for_a_moment_is_asked_again()
    {
        int failures = 4;
        hub.Instead = _ => failures-- > 0 ? (failures % 2 == 0 ? 500 : 429, "") : null;
        AssertFetched(Fetch());
        hub.Instead = _ => (503, "");
        Assert.Equal($"{new Uri(hub.Endpoint).Authority} answers 503 when asked for owner/tiny: try again later.\n", Fetch().Error);
    }

    [Theory]
    [InlineData(401, "", "{hub} shows owner/tiny to nobody who is not signed in (401), or has no such model: check the name, or set HF_TOKEN ")]
    [InlineData(403, "", "{hub} refuses owner/tiny to anybody who is not signed in (403): set HF_TOKEN ")]
    [InlineData(403, "X-Error-Code: GatedRepo\r\n", "owner/tiny is gated: accept its terms at http://{hub}/owner/tiny and set HF_TOKEN ")]
    [InlineData(404, "X-Error-Code: RepoNotFound\r\n", "{hub} has no model owner/tiny (404): check the name; if it is private, set HF_TOKEN ")]
    [InlineData(404, "X-Error-Code: RevisionNotFound\r\n", "owner/tiny has no revision main: choose one of http://{hub}/owner/tiny/tree/main.")]
    [InlineData(302, "Location: file:///etc/passwd\r\n", "{hub} redirects to no address that may be followed")]
    [InlineData(302, "Location: /again\r\n", "{hub} redirects more than 10 times: ")]
    [InlineData(200, "", "{hub} did not answer as a hub does when asked for owner/tiny: check HF_ENDPOINT.")]
    public void What_the_hub_refuses_is_one_sentence(int status, string headers, string sentence)
    {
        hub.Instead = _ => (status, headers);
        AssertRefused(Fetch(), sentence.Replace("{hub}", new Uri(hub.Endpoint).Authority, StringComparison.Ordinal));
        Assert.False(Directory.Exists(scratch["cache"]));
    }

    [Theory]
    [InlineData("../../../escaped", FakeHub.Commit)]
    [InlineData("/tmp/escaped", FakeHub.Commit)]
    [InlineData("", FakeHub.Commit)]
    [InlineData(null, "../../escaped")]
    [InlineData(null, "main")]
    public void Nothing_is_written_for_a_hostile_hash_or_commit(string? etag, string sha)
    {
        if (etag is not null) hub.Etag = (_, _) => etag;
        hub.Sha = sha;
        hub.ListedOnly = ["../../../escaped", "/tmp/escaped", "unet/../../escaped"];
        AssertRefused(Fetch(), new Uri(hub.Endpoint).Authority + (etag is null ? $" calls owner/tiny at main the commit '{sha}'" : $" announces config.json of owner/tiny with the hash '{etag}'"));
        Assert.Equal([], Directory.GetFileSystemEntries(scratch.Folder));
    }

    [Fact]
    public void Offline_takes_what_is_in_the_cache_and_asks_nobody()
    {
        string sentence = $"owner/tiny at main is not whole in {scratch["cache"]}, and HF_HUB_OFFLINE forbids to fetch it: unset HF_HUB_OFFLINE, ";
        AssertRefused(Fetch("HF_HUB_OFFLINE=1"), sentence);
        WriteAsPythonDoes();
        File.Move(Blob(FakeHub.Weights), Blob(FakeHub.Weights) + ".incomplete");      // the link points nowhere
        Assert.StartsWith(sentence, Fetch("HF_HUB_OFFLINE=true").Error);
        File.Move(Blob(FakeHub.Weights) + ".incomplete", Blob(FakeHub.Weights));
        AssertFetched(Fetch("HF_HUB_OFFLINE=1"));
        Assert.Equal(0, Run(["HF_HUB_OFFLINE=1"], "sample", FakeHub.Name, "--count", "1", "--steps", "1", "--output", "x.png").ExitCode);
        Assert.Equal(scratch[Snapshot] + "\n", Run([], "fetch", FakeHub.Name, "--revision", FakeHub.Commit).Output);
        Assert.Empty(hub.Requests);
        AssertFetched(Fetch());
        Assert.All(names, name => Assert.Equal(0, hub.SentOf(name)));
    }

    [Fact]
    public void A_blob_that_is_gone_or_damaged_is_fetched_again()
    {
        WriteAsPythonDoes();
        File.Delete(Blob("config.json"));
        byte[] bytes = File.ReadAllBytes(Blob(FakeHub.Weights));
        bytes[1000] ^= 1;
        File.WriteAllBytes(Blob(FakeHub.Weights), bytes);
        AssertFetched(Fetch());
    }

    [Fact]
    public void A_hub_that_is_not_there_and_a_wrong_setting_are_one_sentence()
    {
        using (var nobody = new FakeHub())
        {
            string endpoint = nobody.Endpoint;
            nobody.Dispose();
            AssertRefused(Fetch("HF_ENDPOINT=" + endpoint), $"{new Uri(endpoint).Authority} cannot be reached (Connection refused", "check the network");
        }
        AssertRefused(Fetch("HF_ENDPOINT=nonsense"), "HF_ENDPOINT is 'nonsense', expected an address such as https://huggingface.co: ");
        AssertRefused(Fetch("HF_TOKEN=two words"), "HF_TOKEN holds no token: ");
    }

    [Fact]
    public void A_full_disk_is_one_sentence_and_keeps_what_came()
    {
        if (OperatingSystem.IsWindows()) return; // there is no limit on the size of a file to stand in for a full disk
        using Process process = Command([], "bash", "-c", WorkbookProgram.WithFileLimit(1000, $"fetch {FakeHub.Name}"));
        AssertRefused(WorkbookProgram.Wait(process), $"{scratch["cache"]} cannot be written (HF_HUB_CACHE names another folder): the file would be larger than ");
        AssertFetched(Fetch());
        Assert.InRange(hub.SentOf(FakeHub.Weights), Weights.Length, Weights.Length + 1_500_000);
        Assert.NotNull(hub.Requests.Last(request => request.OnCdn).Headers.GetValueOrDefault("Range"));
    }

    [Theory]
    [InlineData("../up", "main", "../up is not of the form OWNER/NAME, for example google/ddpm-ema-celebahq-256.")]
    [InlineData("owner/a--b", "main", "owner/a--b is not of the form OWNER/NAME, for example google/ddpm-ema-celebahq-256.")]
    [InlineData("owner/tiny", "../../up", "--revision ../../up is not the name of a branch, a tag or a commit.")]
    [InlineData("owner/tiny", "/up", "--revision /up is not the name of a branch, a tag or a commit.")]
    public void A_name_that_cannot_be_one_ends_with_2(string name, string revision, string sentence)
    {
        WorkbookProgram.Ended ended = Run([], "fetch", name, "--revision", revision);
        Assert.Equal((2, "", sentence + " See workbook --help.\n"), (ended.ExitCode, ended.Output, ended.Error));
    }

    /// <summary>The cache as huggingface_hub's file_download.py leaves it.</summary>
    void WriteAsPythonDoes()
    {
        Directory.CreateDirectory(scratch[Snapshot]);
        Directory.CreateDirectory(scratch[$"{Cached}/blobs"]);
        scratch.Write($"{Cached}/refs/main", FakeHub.Commit);
        foreach (string name in names)
        {
            File.WriteAllBytes(Blob(name), hub.Files[name]);
            File.CreateSymbolicLink(scratch[$"{Snapshot}/{name}"], $"../../blobs/{Etag(name)}");
        }
    }
}
