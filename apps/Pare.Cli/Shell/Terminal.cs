using System.Text;

namespace Pare.Cli;

/// <summary>Where results, progress and errors go, and what kind of place that is.</summary>
internal sealed class Terminal : IDisposable
{
    public Terminal(TextWriter @out, TextWriter error)
    {
        Out = @out;
        Error = error;
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public bool Color { get; init; }

    /// <summary>Columns that a table may fill; null where nobody sets a limit (a pipe).</summary>
    public int? Width { get; init; }

    /// <summary>The process's own streams. Console.Out would cost start-up time: this asks for less.</summary>
    public static Terminal OfProcess()
    {
        bool outIsTerminal = !Console.IsOutputRedirected;
        UTF8Encoding utf8 = new(false);
        return new Terminal(
            new StreamWriter(Console.OpenStandardOutput(), utf8, 16384),
            new StreamWriter(Console.OpenStandardError(), utf8, 1024) { AutoFlush = true })
        {
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Color = outIsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb",
            Width = outIsTerminal ? WindowWidth() : null,
        };
    }

    public void Dispose()
    {
        Out.Flush();
        Error.Flush();
    }

    private static int? WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and int width ? width : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
