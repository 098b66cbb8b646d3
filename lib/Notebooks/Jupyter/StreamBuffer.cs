using System.Text;

namespace Notebooks.Jupyter;

/// <summary>
/// Gathers what cells write to the console, so that a loop of a thousand short lines becomes a few messages: a Jupyter server stops a
/// kernel's outputs that come too fast. Text goes on after a tenth of a second, when much has come, when the other stream is written to,
/// and whenever asked.
/// </summary>
/// <param name="send">Takes the name of the stream and the text; never two at a time.</param>
sealed class StreamBuffer(Action<string, string> send) : IDisposable
{
    const int Much = 1 << 16;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly StringBuilder text = new();
    readonly Lock writing = new();
    Timer? timer;
    string name = "";

    internal void Write(string stream, string more)
    {
        lock (writing)
        {
            if (stream != name) Flush();
            name = stream;
            if (text.Length == 0) (timer ??= new Timer(_ => Flush())).Change(Pause, Timeout.InfiniteTimeSpan);
            text.Append(more);
            if (text.Length >= Much) Flush();
        }
    }

    internal void Flush()
    {
        lock (writing)
        {
            if (text.Length == 0) return;
            string all = text.ToString();
            text.Clear();
            send(name, all);
        }
    }

    public void Dispose() => timer?.Dispose();
}
