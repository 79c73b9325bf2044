using System.Text.Json;

namespace Pare.Cli.Tests;

/// <summary>What one run of the command gave.</summary>
internal sealed record CommandRun(int Code, string Out, string Error)
{
    /// <summary>Runs the command in this process, as a pipe would see it.</summary>
    public static CommandRun Of(params string[] args) => Run(args, null);

    /// <summary>Runs the command and interrupts it, as Ctrl-C would.</summary>
    public static CommandRun Interrupted(TimeSpan after, params string[] args) => Run(args, after);

    private static CommandRun Run(string[] args, TimeSpan? interruptedAfter)
    {
        using StringWriter @out = new();
        using StringWriter error = new();
        using Terminal terminal = new(@out, error);
        using Interruption interruption = new(listen: false);
        using Timer? timer = interruptedAfter is { } after ? new Timer(_ => interruption.Cancel(), null, after, Timeout.InfiniteTimeSpan) : null;
        int code = CommandShell.Run(args, terminal, interruption);
        return new CommandRun(code, @out.ToString(), error.ToString());
    }

    /// <summary>Standard output as the one JSON object that it must be.</summary>
    public JsonElement Json()
    {
        using JsonDocument document = JsonDocument.Parse(Out);
        return document.RootElement.Clone();
    }
}
