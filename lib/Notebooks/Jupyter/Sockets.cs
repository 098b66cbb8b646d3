using System.Collections.Concurrent;
using NetMQ;
using NetMQ.Sockets;

namespace Notebooks.Jupyter;

/// <summary>
/// The five sockets of a kernel. One thread owns them all and never waits for anything else, so heartbeats and interrupts are answered
/// while a cell computes. Messages that are not well formed and rightly signed are dropped with a line on standard error.
/// </summary>
sealed class Sockets : IDisposable
{
    const int MostWaiting = 1000;

    readonly RouterSocket shell = new(), control = new(), stdin = new();
    readonly PublisherSocket iopub = new();
    readonly ResponseSocket heartbeat = new();
    readonly NetMQQueue<(NetMQSocket Socket, NetMQMessage Frames)> outgoing = new();
    readonly NetMQPoller poller;
    readonly MessageSignature signature;
    readonly TextWriter log = Console.Error;

    /// <summary>What has come and waits to be handled.</summary>
    internal BlockingCollection<Message> Shell { get; } = [];

    /// <inheritdoc cref="Shell"/>
    internal BlockingCollection<Message> Control { get; } = [];

    /// <inheritdoc cref="Shell"/>
    internal BlockingCollection<Message> Stdin { get; } = [];

    /// <exception cref="WorkbookException">A port cannot be had.</exception>
    internal Sockets(ConnectionFile file)
    {
        signature = new MessageSignature(file.Key);
        foreach ((NetMQSocket socket, int port) in ((NetMQSocket, int)[])[(shell, file.Shell), (control, file.Control), (iopub, file.IOPub),
            (stdin, file.Stdin), (heartbeat, file.Heartbeat)])
        {
            socket.Options.SendHighWatermark = socket.Options.ReceiveHighWatermark = 0; // a publisher that reaches its mark drops outputs
            socket.Options.Linger = TimeSpan.FromSeconds(1);
            try
            {
                socket.Bind($"tcp://{file.Ip}:{port}");
            }
            catch (Exception error) when (error is NetMQException or ArgumentException or System.Net.Sockets.SocketException)
            {
                throw new WorkbookException($"The kernel cannot listen on {file.Ip}:{port} ({error.Message.TrimEnd('.')}): the port is "
                    + "taken or not this machine's; start the kernel again.", error);
            }
        }
        shell.ReceiveReady += (_, _) => Receive(shell, Shell);
        control.ReceiveReady += (_, _) => Receive(control, Control);
        stdin.ReceiveReady += (_, _) => Receive(stdin, Stdin);
        heartbeat.ReceiveReady += (_, _) => heartbeat.SendMultipartMessage(heartbeat.ReceiveMultipartMessage());
        outgoing.ReceiveReady += (_, _) =>
        {
            while (outgoing.TryDequeue(out (NetMQSocket Socket, NetMQMessage Frames) next,
                TimeSpan.Zero)) next.Socket.SendMultipartMessage(next.Frames);
        };
        poller = new NetMQPoller { shell, control, iopub, stdin, heartbeat, outgoing };
        poller.RunAsync("Sockets", isBackgroundThread: true);
    }

    internal void Reply(Message message, bool onControl) => Send(onControl ? control : shell, message);

    internal void Publish(Message message) => Send(iopub, message);

    internal void Ask(Message message) => Send(stdin, message);

    /// <summary>Returns when everything that has arrived on the shell socket is in <see cref="Shell"/>.</summary>
    internal void CollectShell()
    {
        var collecting = new Task(() =>
        {
            while (shell.HasIn) Receive(shell, Shell);
        });
        collecting.Start(poller);
        collecting.Wait();
    }

    /// <summary>Sends what is still to be sent and closes the sockets.</summary>
    public void Dispose()
    {
        var last = new Task(() => { });
        for (; outgoing.Count > 0; Thread.Sleep(1)) { }
        last.Start(poller); // the one taken out last has been sent when this has run
        last.Wait(1000);
        poller.Stop();
        foreach (IDisposable socket in (IDisposable[])[shell, control, iopub, stdin, heartbeat, poller, outgoing]) socket.Dispose();
        NetMQConfig.Cleanup();
    }

    void Send(NetMQSocket socket, Message message)
    {
        while (outgoing.Count > MostWaiting && poller.IsRunning) Thread.Sleep(1); // a cell that says more than is sent waits
        try
        {
            outgoing.Enqueue((socket, message.ToFrames(signature)));
        }
        catch (Exception error) when (error is TerminatingException or ObjectDisposedException)
        {
            // The kernel has ended while a cell was still talking.
        }
    }

    void Receive(NetMQSocket socket, BlockingCollection<Message> waiting)
    {
        NetMQMessage frames = socket.ReceiveMultipartMessage();
        try
        {
            waiting.Add(Message.Read(frames, signature));
        }
        catch (FormatException error)
        {
            log.WriteLine($"A message was dropped: {error.Message}.");
        }
    }
}
