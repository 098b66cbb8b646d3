using System.Text;

namespace Notebooks.Scripting;

/// <summary>Stands in for Console.Out, Console.Error and Console.In while a session lives.</summary>
sealed class SessionConsole : IDisposable
{
    readonly TextWriter output = Console.Out, error = Console.Error;
    readonly TextReader input = Console.In;
    readonly Action<string, string> write;
    readonly Func<string?> readLine;

    /// <param name="write">Takes the name of the stream and the text.</param>
    /// <param name="readLine">Asks the user for a line.</param>
    internal SessionConsole(Action<string, string> write, Func<string?> readLine)
    {
        this.write = write;
        this.readLine = readLine;
        Install();
    }

    /// <summary>Puts the session's own before the cells, again where something else has been put there since.</summary>
    internal void Install()
    {
        Console.SetOut(new Writer("stdout", write));
        Console.SetError(new Writer("stderr", write));
        Console.SetIn(new Reader(readLine));
    }

    public void Dispose()
    {
        Console.SetOut(output);
        Console.SetError(error);
        Console.SetIn(input);
    }

    sealed class Writer(string name, Action<string, string> write) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;
        public override void Write(char value) => Write(value.ToString());
        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));
        public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));
        public override void WriteLine() => Write("\n");
        public override void WriteLine(string? value) => Write(value + "\n");
        public override void WriteLine(char[] buffer, int index, int count) => WriteLine(new string(buffer, index, count));
        public override void WriteLine(ReadOnlySpan<char> buffer) => WriteLine(new string(buffer));

        public override void Write(string? value)
        {
            if (!string.IsNullOrEmpty(value)) write(name, value);
        }
    }

    sealed class Reader(Func<string?> readLine) : TextReader
    {
        string rest = "";
        bool ended;

        public override string? ReadLine()
        {
            if (rest.Length == 0) return readLine();
            string line = rest.TrimEnd('\n');
            rest = "";
            return line;
        }

        public override int Peek() => Fill() ? rest[0] : -1;

        public override int Read()
        {
            if (!Fill()) return -1;
            char first = rest[0];
            rest = rest[1..];
            return first;
        }

        bool Fill()
        {
            if (rest.Length > 0 || ended) return rest.Length > 0;
            string? line = readLine();
            ended = line is null;
            rest = line is null ? "" : line + "\n";
            return !ended;
        }
    }
}
