using System.Diagnostics;
using System.Net;
using System.Text;
using Shared;

namespace Diffusion.Models.Hub;

/// <summary>Brings a commit's files into the cache: locked, resumed where a part is there, checked by size and hash, linked from the
/// snapshot.</summary>
sealed class HubDownload(HubClient client, HubModel model, string commit, IDownloadProgress progress, CancellationToken stop)
{
    const int BarrenAttempts = 5;       // in a row, without one new byte
    static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    /// <summary>Brings one file.</summary>
    /// <param name="name">Its name in the model: one of <see cref="HubModel.Files"/>, never one that the hub made up.</param>
    /// <param name="file">What the hub announces.</param>
    internal async Task Fetch(string name, HubFile file)
    {
        string blob = model.Blob(file.Etag), pointer = Path.Combine([model.Snapshot(commit), .. name.Split('/')]);
        progress.Begin(name);
        try
        {
            if (await file.IsAt(pointer, stop))
            {
                progress.End($"{Bytes(file.Size)}, already here");
                return;
            }
            using IDisposable held = await CacheLock.Take(model.LockFile(file.Etag),
                () => progress.Say("waits for another process that fetches it"), stop);
            if (!await file.IsAt(blob, stop)) await Download(name, file, blob);
            Link(blob, pointer);
            progress.End(Bytes(file.Size));
        }
        catch (Exception error)
        {
            string partial = Partial(blob);
            progress.End(File.Exists(partial) ? $"{Bytes(new FileInfo(partial).Length)} of "
                + $"{Bytes(file.Size)} are kept" : "nothing is kept");
            // the last is how .NET reports EFBIG
            if (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
                throw new HubException($"{HubCache.Folder} cannot be written (HF_HUB_CACHE names another "
                    + $"folder): {Shown.Reason(error)}", error);
            throw;
        }
    }

    /// <summary>Notes which commit a branch or a tag is, for those who look for it by that name.</summary>
    internal async Task Note(string revision)
    {
        if (revision == commit) return;
        string file = model.RefFile(revision);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using IDisposable held = await CacheLock.Take(model.LockFile(commit), () => { }, stop);
        AtomicFile.Write(file, stream => stream.Write(Encoding.ASCII.GetBytes(commit)));
    }

    async Task Download(string name, HubFile file, string blob)
    {
        string partial = Partial(blob);
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        using (var to = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite,
            FileShare.Read | FileShare.Delete, bufferSize: 0))
        {
            if (to.Length > file.Size) to.SetLength(0);
            to.Seek(0, SeekOrigin.End);
            for (int barren = 0; to.Position < file.Size;)
            {
                long before = to.Position;
                await Receive(to, name, file);
                barren = to.Position > before ? 0 : barren + 1;
                if (barren == BarrenAttempts)
                    throw new HubException($"The connection to {client.Host} broke {BarrenAttempts} times in a row while {name} came: run "
                        + "the same command again, it goes on from there.");
                if (to.Position < file.Size) await Task.Delay(pause, stop);
            }
            to.Flush(flushToDisk: true);    // the rename must not reach the disk before the bytes do
            to.Position = 0;
            progress.Say("is checked", atOnce: true);
            string hash = await file.HashOf(to, stop);
            if (hash != file.Etag) throw Damaged(to, name, $"its {file.HashName} is {hash}, expected {file.Etag}");
        }
        File.Move(partial, blob, overwrite: true);
    }

    /// <summary>Appends what comes until the connection ends.</summary>
    async Task Receive(FileStream to, string name, HubFile file)
    {
        using HttpResponseMessage answer = await client.Open(model, commit, name, to.Position, stop);
        bool isWhole = answer.StatusCode == HttpStatusCode.OK;
        long? first = isWhole ? 0 : answer.Content.Headers.ContentRange?.From,
            length = isWhole ? answer.Content.Headers.ContentLength : answer.Content.Headers.ContentRange?.Length;
        if (first != to.Position)
        {
            to.SetLength(0);            // the range was ignored, or is another one (416 among them): from the beginning
            if (!isWhole) return;
        }
        if (length is not null && length != file.Size)
            throw Damaged(to, name, $"it is {length:N0} bytes, expected the {file.Size:N0} announced");
        var sinceStart = Stopwatch.StartNew();
        long start = to.Position;
        var buffer = new byte[1 << 17];
        using Stream body = await answer.Content.ReadAsStreamAsync(stop);
        while (await Read() is int read and > 0)
        {
            if (to.Position + read > file.Size) throw Damaged(to, name, $"it is longer than the {file.Size:N0} bytes announced");
            await to.WriteAsync(buffer.AsMemory(0, read), stop);
            double rate = (to.Position - start) / Math.Max(1e-3, sinceStart.Elapsed.TotalSeconds);
            TimeSpan left = TimeSpan.FromSeconds(Math.Ceiling(Math.Min(1e6, (file.Size - to.Position) / rate)));
            progress.Say($"{100.0 * to.Position / file.Size:0} %  {Bytes(to.Position)} of {Bytes(file.Size)} · "
                + $"{Bytes((long)rate)}/s · {left} left");
        }

        // 0 when the connection has ended, well or not.
        async Task<int> Read()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(HubSettings.Timeout);
            try
            {
                return await body.ReadAsync(buffer, patience.Token);
            }
            catch (Exception error) when (error is IOException or HttpRequestException
                || (error is OperationCanceledException && !stop.IsCancellationRequested))
            {
                return 0;
            }
        }
    }

    HubException Damaged(FileStream partial, string name, string reason)
    {
        File.Delete(partial.Name);
        return new($"{name} of {model.Name} came damaged and was removed ({reason}): run the same command again.");
    }

    /// <summary>A relative link, so that the cache may be moved; a copy where links are impossible.</summary>
    static void Link(string blob, string pointer)
    {
        string folder = Path.GetDirectoryName(pointer)!, beside = pointer + ".part";
        Directory.CreateDirectory(folder);
        File.Delete(beside);
        if (HubSettings.NoLinks || !TryLink()) File.Copy(blob, beside);
        File.Move(beside, pointer, overwrite: true);

        bool TryLink()
        {
            try
            {
                File.CreateSymbolicLink(beside, Path.GetRelativePath(folder, blob));
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;       // Windows without developer mode, FAT
            }
        }
    }

    static string Partial(string blob) => blob + ".incomplete";

    static string Bytes(long count) => count < 1000 ? $"{count} B" : count < 1_000_000 ? $"{count / 1e3:0.0} kB" : $"{count / 1e6:0.0} MB";
}
