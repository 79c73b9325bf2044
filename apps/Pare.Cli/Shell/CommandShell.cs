using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Pare.Workflows;

namespace Pare.Cli;

/// <summary>Parses the command line, runs the verb and turns what happens into an exit code.</summary>
internal static class CommandShell
{
    /// <summary>Runs one command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, Terminal terminal, Interruption interruption)
    {
        bool json = args.Contains("--json");
        bool verbose = args.Contains("--verbose");
        Task prepared = Task.CompletedTask;
        try
        {
            int code = Dispatch(args, terminal, interruption, ref prepared);
            terminal.Out.Flush();
            return code;
        }
#pragma warning disable CA1031 // The outermost boundary: whatever comes becomes an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Fail(Failure.Of(e, interruption.Code), e, json, verbose, terminal);
        }
        finally
        {
            interruption.Outputs?.Dispose();

            // A native library must not be unloaded while it is being loaded.
            prepared.Wait();
        }
    }

    /// <summary>Version as <c>--version</c> prints it.</summary>
    public static string Version { get; } = typeof(CommandShell).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static int Dispatch(IReadOnlyList<string> args, Terminal terminal, Interruption interruption, ref Task prepared)
    {
        if (args.Count == 1 && args[0] == "--version")
        {
            terminal.Out.WriteLine(Version);
            return ExitCode.Done;
        }

        string? asked = args.Count > 0 && !args[0].StartsWith('-') ? args[0] : null;
        VerbEntry? verb = VerbTable.All.FirstOrDefault(v => v.Name == asked);
        if (asked is not null && verb is null)
        {
            string[] near = [.. NearNames.Find(asked, VerbTable.All.Select(v => v.Name), 2)];
            throw new UsageException($"'{asked}' is no verb{(near.Length == 0 ? "." : $"; did you mean {string.Join(" or ", near)}?")} See: pare --help");
        }

        bool help = args.Count == 0 || args.Any(a => a is "--help" or "-h" or "-?" or "/h" or "/?" or "--version");
        if (verb?.Prepare is { } prepare && !help)
        {
            prepared = prepare();
        }

        Command root = BuildRoot(args.FirstOrDefault(a => !a.StartsWith('-')), help, terminal, interruption);
        ParseResult parsed = root.Parse(args.Count == 0 ? ["--help"] : args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            string message = string.Join(" ", parsed.Errors.Select(Describe).Distinct());
            Command command = parsed.CommandResult.Command;
            string hint = ReferenceEquals(command, root) ? "pare --help" : $"pare {command.Name} --help";
            throw new UsageException($"{message} See: {hint}", OptionOf(parsed.Errors[0]));
        }

        MistypedOptions.Check(parsed);
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    // The parser's own messages run over several lines and do not always name the option.
    private static string Describe(ParseError error)
    {
        string message = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.') + ".";
        return OptionOf(error) is { } option && !message.Contains(option, StringComparison.Ordinal) ? $"{option}: {message}" : message;
    }

    private static string? OptionOf(ParseError error) => error.SymbolResult switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult { Parent: OptionResult option } => option.Option.Name,
        _ => null,
    };

    // Only the verb that is asked for gets its options: the others are needed by name alone. A root without help does not read the parser's resources.
    private static Command BuildRoot(string? asked, bool help, Terminal terminal, Interruption interruption)
    {
        const string Summary = "Makes trained neural networks small and proves that they still work.";
        Command root = help ? new RootCommand(Summary) { HelpName = "pare" } : new Command("pare", Summary);
        foreach (VerbEntry entry in VerbTable.All)
        {
            root.Add(entry.Name == asked ? entry.Create().ToCommand(entry, help, terminal, interruption) : new Command(entry.Name, entry.Summary));
        }

        return root;
    }

    private static int Fail(Failure failure, Exception exception, bool json, bool verbose, Terminal terminal)
    {
        if (json)
        {
            terminal.Out.WriteLine(failure.ToJson());
            terminal.Out.Flush();
        }
        else
        {
            terminal.Error.WriteLine($"pare: {failure.Message.ReplaceLineEndings(" ")}");
        }

        if (verbose)
        {
            terminal.Error.WriteLine(exception);
        }

        return failure.Code;
    }
}
